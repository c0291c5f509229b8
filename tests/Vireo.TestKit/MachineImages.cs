using System.Text.RegularExpressions;

namespace Vireo.TestKit;

/// <summary>QEMU for machines that are not PCs, and their firmware, unpacked beside the build and installed nowhere (see scripts/machine-images).</summary>
/// <param name="Folder">Where they lie.</param>
public sealed partial record MachineImages(string Folder)
{
    private static readonly Lazy<Task<MachineImages>> Unpacked = new(UnpackAsync);

    /// <summary>UEFI of ARM's <c>virt</c>, in flash; its variables lie beside it.</summary>
    public string ArmFirmware => Path.Combine(Folder, "usr", "share", "AAVMF", "AAVMF_CODE.fd");

    /// <summary>The environment of a daemon that is to find these beside the installed QEMU.</summary>
    public IReadOnlyDictionary<string, string> OnPath => new Dictionary<string, string> { ["PATH"] = $"{Path.Combine(Folder, "usr", "bin")}:{Environment.GetEnvironmentVariable("PATH")}" };

    /// <summary>The images, unpacked when they are first asked for.</summary>
    public static Task<MachineImages> GetAsync() => Unpacked.Value;

    /// <summary>The QEMU of an architecture.</summary>
    /// <param name="architecture">libvirt's name.</param>
    public string Emulator(string architecture) => Path.Combine(Folder, "usr", "bin", "qemu-system-" + architecture switch
    {
        "armv7l" or "armv6l" => "arm",
        "ppc64le" => "ppc64",
        "s390" => "s390x",
        _ => architecture,
    });

    /// <summary>Whether a domain's machine is not a PC.</summary>
    public static bool IsOther(string domain) => Architecture().IsMatch(domain);

    /// <summary>A domain document of such a machine with these programs, emulated, and with a machine that they have.</summary>
    public string OfThisHost(string domain)
    {
        var emulator = Emulator(Architecture().Match(domain).Groups[1].Value);
        domain = NamedEmulator().Replace(Accelerated().Replace(OldMainframe().Replace(domain, "machine='s390-ccw-virtio'"), "<domain type='qemu'"), $"<emulator>{emulator}</emulator>");
        return domain;
    }

    private static async Task<MachineImages> UnpackAsync()
    {
        string folder = Repository.Path("artifacts", "machines");
        Directory.CreateDirectory(folder);
        // Test projects may run at the same time.
        await ProgramRun.CheckAsync("/usr/bin/flock", Path.Combine(folder, "lock"), Repository.Path("scripts", "machine-images"), folder);
        return new MachineImages(folder);
    }

    [GeneratedRegex("arch=['\"](aarch64|armv7l|armv6l|ppc|ppc64|ppc64le|s390x|s390|riscv64|riscv32|sparc|alpha|mips)['\"]")]
    private static partial Regex Architecture();

    [GeneratedRegex("<emulator>[^<]*</emulator>")]
    private static partial Regex NamedEmulator();

    [GeneratedRegex("<domain type=['\"]kvm['\"]")]
    private static partial Regex Accelerated();

    // Machines that QEMU gave up in 2016.
    [GeneratedRegex("machine=['\"]s390-(ccw|virtio)['\"]")]
    private static partial Regex OldMainframe();
}
