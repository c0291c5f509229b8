namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>
/// Names of files in ESX datastores: <c>[datastore] directory/file</c> in documents, <c>/vmfs/volumes/datastore/directory/file</c> in VMX files.
/// </summary>
public static class DatastorePath
{
    private const string Volumes = "/vmfs/volumes/";

    /// <summary>The document's name of a file that a VMX file names.</summary>
    /// <param name="name">The name in the VMX file; one without a directory lies beside the VMX file, another is taken as it is.</param>
    /// <param name="datastore">The datastore the VMX file lies in.</param>
    /// <param name="directory">The VMX file's directory there.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a datastore's name without a path.</exception>
    public static string FromVmx(string name, string datastore, string directory)
    {
        if (!name.StartsWith(Volumes, StringComparison.Ordinal))
            return name.Contains('/', StringComparison.Ordinal) ? name : $"[{datastore}] {directory}/{name}";
        var slash = name.IndexOf('/', Volumes.Length);
        if (slash <= Volumes.Length || slash == name.Length - 1)
            throw VireoException.Internal(ErrorDomain.Esx, $"File name '{name}' doesn't have expected format '/vmfs/volumes/<datastore>/<path>'");
        return $"[{name[Volumes.Length..slash]}] {name[(slash + 1)..]}";
    }

    /// <summary>The VMX file's name of a file that a document names.</summary>
    /// <param name="path">A datastore path, or an absolute one, which is taken as it is.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is neither.</exception>
    public static string ToVmx(string path)
    {
        if (path.StartsWith('/'))
            return path;
        var close = path.StartsWith('[') ? path.IndexOf(']', StringComparison.Ordinal) : -1;
        if (close < 0)
            throw VireoException.Internal(ErrorDomain.Esx, $"Could not handle file name '{path}'");
        var file = path[(close + 1)..].TrimStart(' ');
        if (close == 1 || file.Length == 0)
            throw VireoException.Internal(ErrorDomain.Esx, $"Datastore path '{path}' doesn't have expected format '[<datastore>] <path>'");
        return $"{Volumes}{path[1..close]}/{file}";
    }
}
