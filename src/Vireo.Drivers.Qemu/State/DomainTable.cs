using System.Collections.Immutable;

namespace Vireo.Drivers.Qemu.State;

/// <summary>All domains of a hypervisor. Readers take one table and never wait; changes replace it.</summary>
internal sealed class DomainTable
{
    private readonly Lock _lock = new();
    private Tables _tables = new(ImmutableDictionary<Guid, QemuDomain>.Empty, ImmutableDictionary<string, QemuDomain>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>Every domain, in no order.</summary>
    public IReadOnlyList<QemuDomain> All => Volatile.Read(ref _tables).All;

    /// <summary>The domain of that identity.</summary>
    public QemuDomain? Find(Guid uuid) => Volatile.Read(ref _tables).ByUuid.GetValueOrDefault(uuid);

    /// <summary>The domain of that name.</summary>
    public QemuDomain? Find(string name) => Volatile.Read(ref _tables).ByName.GetValueOrDefault(name);

    /// <summary>The running domain of that number.</summary>
    public QemuDomain? Find(int id) => id < 0 ? null : All.FirstOrDefault(d => d.View.Id == id);

    /// <summary>Adds a domain made by <paramref name="make"/>, unless its identity or its name is taken.</summary>
    /// <param name="uuid">Its identity.</param>
    /// <param name="name">Its name.</param>
    /// <param name="make">Makes it.</param>
    /// <returns>The domain, and whether it is new. One that is not new has the same identity and name.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the name belongs to another identity, or the identity to another name.</exception>
    public (QemuDomain Domain, bool Added) GetOrAdd(Guid uuid, string name, Func<QemuDomain> make)
    {
        lock (_lock)
        {
            var tables = _tables;
            if (tables.ByUuid.TryGetValue(uuid, out var same))
            {
                return same.View.Name == name
                    ? (same, false)
                    : throw VireoException.OperationFailed(ErrorDomain.Domain, $"domain '{same.View.Name}' is already defined with uuid {uuid}");
            }

            if (tables.ByName.TryGetValue(name, out var other))
            {
                throw VireoException.OperationFailed(ErrorDomain.Domain, $"domain '{name}' already exists with uuid {other.View.Uuid}");
            }

            var domain = make();
            Volatile.Write(ref _tables, new(tables.ByUuid.Add(uuid, domain), tables.ByName.Add(name, domain)));
            return (domain, true);
        }
    }

    /// <summary>Takes a domain out; nothing when it is not there any more.</summary>
    public void Remove(QemuDomain domain)
    {
        lock (_lock)
        {
            var view = domain.View;
            if (_tables.ByUuid.TryGetValue(view.Uuid, out var found) && ReferenceEquals(found, domain))
            {
                Volatile.Write(ref _tables, new(_tables.ByUuid.Remove(view.Uuid), _tables.ByName.Remove(view.Name)));
            }
        }
    }

    /// <summary>Gives a domain another name; <paramref name="change"/> publishes its view.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: the name is taken.</exception>
    public void Rename(QemuDomain domain, string name, Action change)
    {
        lock (_lock)
        {
            if (_tables.ByName.ContainsKey(name))
            {
                throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"domain with name '{name}' already exists");
            }

            var names = _tables.ByName.Remove(domain.View.Name).Add(name, domain);
            change();
            Volatile.Write(ref _tables, new(_tables.ByUuid, names));
        }
    }

    private sealed record Tables(ImmutableDictionary<Guid, QemuDomain> ByUuid, ImmutableDictionary<string, QemuDomain> ByName)
    {
        private QemuDomain[]? _all;

        // Made once for all who list them until the next change.
        public IReadOnlyList<QemuDomain> All => _all ??= [.. ByUuid.Values];
    }
}
