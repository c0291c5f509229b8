using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>Files that clients have opened and lend to domains, each group by a name, for as long as the client is connected.</summary>
internal sealed class DescriptorGroups
{
    private const int MostOfClient = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Domain, string Name), Group> _groups = [];

    /// <summary>Takes files for a domain; those that it had by the name are given up.</summary>
    /// <param name="client">Who lends them.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="name">The name of the group.</param>
    /// <param name="files">The files; they are duplicated.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: the client lends too many; VIR_ERR_SYSTEM_ERROR: the daemon can have no more files open.</exception>
    public void Lend(object client, Guid domain, string name, IReadOnlyList<SafeFileHandle> files)
    {
        var group = new Group(client, Duplicates(files));
        Group? before;
        lock (_lock)
        {
            before = _groups.GetValueOrDefault((domain, name));
            if (before?.Client != client && _groups.Values.Count(g => g.Client == client) >= MostOfClient)
            {
                before = group;
            }
            else
            {
                _groups[(domain, name)] = group;
            }
        }

        before?.Dispose();
        if (before == group)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"a client associates no more than {MostOfClient} groups of file descriptors");
        }
    }

    /// <summary>The files of a group, duplicated.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: nobody lends the domain a group of that name.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "the caller has them")]
    public IReadOnlyList<SafeFileHandle> Take(Guid domain, string name)
    {
        lock (_lock)
        {
            return _groups.TryGetValue((domain, name), out var group)
                ? Duplicates(group.Files)
                : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"file descriptor group '{name}' was not associated with the domain");
        }
    }

    /// <summary>Gives up what a client lends, now that it goes.</summary>
    public void ForgetClient(object client) => Forget((_, group) => group.Client == client);

    /// <summary>Gives up what a domain has been lent, now that there is no such domain any more.</summary>
    public void ForgetDomain(Guid domain) => Forget((of, _) => of == domain);

    private void Forget(Func<Guid, Group, bool> isMeant)
    {
        List<KeyValuePair<(Guid Domain, string Name), Group>> gone;
        lock (_lock)
        {
            gone = [.. _groups.Where(entry => isMeant(entry.Key.Domain, entry.Value))];
            gone.ForEach(entry => _groups.Remove(entry.Key));
        }

        gone.ForEach(entry => entry.Value.Dispose());
    }

    private static List<SafeFileHandle> Duplicates(IReadOnlyList<SafeFileHandle> files)
    {
        var copies = new List<SafeFileHandle>();
        try
        {
            foreach (var file in files)
            {
                copies.Add(HostFile.Duplicate(file));
            }
        }
        catch
        {
            copies.ForEach(copy => copy.Dispose());
            throw;
        }

        return copies;
    }

    private sealed class Group(object client, List<SafeFileHandle> files) : IDisposable
    {
        public object Client => client;

        public IReadOnlyList<SafeFileHandle> Files => files;

        public void Dispose() => files.ForEach(file => file.Dispose());
    }
}
