namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>A CPU model of a QEMU.</summary>
/// <param name="Name">Its name, <c>Westmere</c>.</param>
/// <param name="Type">Its type, <c>Westmere-x86_64-cpu</c>.</param>
/// <param name="Blockers">What this host lacks for it; empty when it is usable, null when QEMU does not tell.</param>
/// <param name="Deprecated">It will be removed.</param>
internal sealed record QemuCpuModel(string Name, string Type, IReadOnlyList<string>? Blockers, bool Deprecated)
{
    /// <summary>A guest with this model can run here; null when QEMU does not tell.</summary>
    public bool? Usable => Blockers is { } blockers ? blockers.Count == 0 : null;

    /// <summary>It has a name in documents; the special ones and the versions of models have none.</summary>
    public bool IsNamed => Name is not ("max" or "host" or "base") && !IsVersion;

    private bool IsVersion => Name.LastIndexOf("-v", StringComparison.Ordinal) is > 0 and var mark
        && Name.AsSpan(mark + 2) is { Length: > 0 } number && number.IndexOfAnyExceptInRange('0', '9') < 0;
}
