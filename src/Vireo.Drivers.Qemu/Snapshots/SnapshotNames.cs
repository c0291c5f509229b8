namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>What snapshots and the files that are made for them may be called. Both become names of files of the host.</summary>
internal static class SnapshotNames
{
    /// <summary>Refuses a name that cannot be the name of a file.</summary>
    /// <returns>The name.</returns>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL.</exception>
    public static string Check(string name)
    {
        var why = name.Contains('/', StringComparison.Ordinal) ? "name can't contain '/'"
            : name.StartsWith('.') ? "name can't start with '.'"
            : name.Any(char.IsControl) ? "name can't contain control characters"
            : null;
        return why is null ? name : throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Qemu, $"invalid snapshot name '{name}': {why}");
    }

    /// <summary>Refuses a path for a new file that could mean another one than it seems to.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void CheckFile(string path)
    {
        if (path.Any(char.IsControl) || path.EndsWith('/') || path.Split('/').Any(part => part is "." or ".."))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, $"path '{path}' of a snapshot's file must name it directly: no '.' or '..' in between, no control characters");
        }
    }
}
