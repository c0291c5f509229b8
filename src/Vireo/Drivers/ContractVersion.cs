namespace Vireo.Drivers;

/// <summary>The version of libvirt's API that the contract keeps: what clients are told as the library's version.</summary>
public static class ContractVersion
{
    /// <summary>major * 1,000,000 + minor * 1,000 + release, as <c>virConnectGetLibVersion</c> has it.</summary>
    public const ulong Number = 9_000_000;

    /// <summary>As text.</summary>
    public const string Text = "9.0.0";
}
