namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>Small domains and their commands.</summary>
internal static class Guests
{
    private static readonly TestHost s_host = new(BhyveFeatures.All);

    /// <summary>A domain with a disk and more of what stands at each place.</summary>
    public static DomainConfig Make(string devices = "", string os = "", string head = "", string disk = "<disk type='file'><source file='/d.img'/><target dev='hda' bus='sata'/></disk>", string name = "n") => DomainConfig.Parse($"""
        <domain type='bhyve' xmlns:bhyve='http://libvirt.org/schemas/domain/bhyve/1.0'><name>{name}</name><memory unit='MiB'>64</memory>{head}
        <os><type>hvm</type>{os}</os><devices>{disk}{devices}</devices></domain>
        """);

    /// <summary>What is behind the options that every guest has.</summary>
    public static string Options(DomainConfig domain, BhyveFeatures features = BhyveFeatures.All)
    {
        var words = BhyveDomain.Commands(domain, new TestHost(features)).Bhyve;
        return string.Join(' ', words.Skip(1));
    }

    /// <summary>The loader's command.</summary>
    public static string Loader(DomainConfig domain, BhyveFeatures features = BhyveFeatures.All) => string.Join(' ', BhyveDomain.Commands(domain, new TestHost(features)).Loader ?? []);

    /// <summary>Why a domain has no commands.</summary>
    public static (ErrorCode Code, string Message) Refusal(DomainConfig domain, BhyveFeatures features = BhyveFeatures.All)
    {
        var refused = Should.Throw<VireoException>(() => BhyveDomain.Commands(domain, new TestHost(features)));
        return (refused.Code, refused.Message);
    }

    /// <summary>The text of a domain's commands.</summary>
    public static string Native(DomainConfig domain) => BhyveDomain.ToNative(domain, s_host);
}
