using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>
/// What a run has of the host's files: they are given to the user of its process, and images that it writes to are kept from other domains. The list of them lies in the run's directory, written before each is taken:
/// whoever clears the run away, a later daemon included, gives them back.
/// </summary>
internal sealed class RunClaims
{
    private const uint OthersMayRead = 4;
    private readonly Dictionary<string, FileClaim> _claims;
    private readonly ClaimList _list;
    private readonly ImageHolder _self;

    private RunClaims(string directory, Guid domain, string name, GuestOwner owner)
    {
        _self = new ImageHolder(directory, domain, name, FileUse.Exclusive);
        Owner = owner;
        _list = new ClaimList(directory);
        _claims = _list.Read().ToDictionary(claim => claim.Path, StringComparer.Ordinal);
    }

    /// <summary>Whom the run's files are given to.</summary>
    public GuestOwner Owner { get; }

    /// <summary>Those of a run, new or taken up.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="name">Its name, for who is kept from an image.</param>
    /// <param name="owner">Whom its files are given to.</param>
    public static RunClaims Of(string directory, Guid domain, string name, GuestOwner owner) => new(directory, domain, name, owner);

    /// <summary>Takes what the run does not have yet, all or none of it.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_RESOURCE_BUSY: another domain writes to an image; VIR_ERR_OPERATION_INVALID: another user's guest has a file; VIR_ERR_SYSTEM_ERROR.
    /// </exception>
    public void Take(IEnumerable<GuestFile> files)
    {
        if (!Directory.Exists(_self.Directory))
        {
            // The run has been cleared away meanwhile: who talks to its process is told so.
            return;
        }

        var before = new Dictionary<string, FileClaim>(_claims, StringComparer.Ordinal);
        try
        {
            foreach (var file in files)
            {
                TakeOne(file);
            }
        }
        catch
        {
            Restore(before);
            throw;
        }
    }

    // What cannot be given back stays on the list: whoever clears the run away tries again.
    private void Restore(Dictionary<string, FileClaim> before)
    {
        foreach (var claim in _claims.Values.Reverse().ToList())
        {
            var kept = before.GetValueOrDefault(claim.Path);
            if (ReferenceEquals(kept, claim))
            {
                continue;
            }

            var isBack = true;
            Try("give it back", () => GiveBack(claim, _self, Owner.Remembers, kept), (_, _) => isBack = false);
            if (kept is not null)
            {
                _claims[claim.Path] = kept;
            }
            else if (isBack)
            {
                _claims.Remove(claim.Path);
            }
        }

        _list.Rewrite(_claims.Values);
    }

    /// <summary>Makes an empty file in the run's directory for the process to write to: it may not make files there itself.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Make(string path)
    {
        HostFile.CreateNew(path).Dispose();
        using var file = PinnedFile.TryOpen(path);
        file?.ChangeOwner(Owner.Label.User, Owner.Label.Group);
    }

    /// <summary>Takes what is missing and gives back what is not among these: after a change of the guest's disks or devices.</summary>
    /// <param name="files">All that the guest has.</param>
    /// <param name="report">Told of what could not be taken, or given back: the guest goes on.</param>
    public void Settle(IReadOnlyCollection<GuestFile> files, Action<string, Exception> report)
    {
        if (!Directory.Exists(_self.Directory))
        {
            return;
        }

        foreach (var file in files.Where(file => !_claims.ContainsKey(file.Path)))
        {
            Try($"take '{file.Path}'", () => TakeOne(file), report);
        }

        var kept = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var gone = _claims.Values.Where(claim => !kept.Contains(claim.Path)).ToList();
        foreach (var claim in gone)
        {
            Try($"give '{claim.Path}' back", () => GiveBack(claim, _self, Owner.Remembers), report);
            _claims.Remove(claim.Path);
        }

        if (gone.Count > 0)
        {
            Try("write what the guest has of the host's files", () => _list.Rewrite(_claims.Values), report);
        }
    }

    /// <summary>Gives back all that a run has; for whoever clears it away.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="remembers">Whether files get the owner they had.</param>
    /// <param name="report">Told of what could not be given back.</param>
    public static void GiveBackAll(string directory, bool remembers, Action<string, Exception> report)
    {
        var list = new ClaimList(directory);
        var self = new ImageHolder(directory, default, "", FileUse.Open);
        foreach (var claim in list.Read().Reverse())
        {
            Try($"give '{claim.Path}' back", () => GiveBack(claim, self, remembers), report);
        }

        list.Delete();
    }

    private void TakeOne(GuestFile wanted)
    {
        try
        {
            TakeNow(wanted);
        }
        catch (VireoException e) when (GuestOwner.IsOwnerless(e))
        {
            // Where attributes cannot be written nobody writes to images either, or QEMU's own locks have to do.
            return;
        }
    }

    private void TakeNow(GuestFile wanted)
    {
        if (wanted.IsMade && Owner.Gives && !File.Exists(wanted.Path))
        {
            HostFile.CreateNew(wanted.Path).Dispose();
        }

        // What is not there is told of by who wants to open it.
        using var file = PinnedFile.TryOpen(wanted.Path);
        if (file is null || (_claims.TryGetValue(wanted.Path, out var present) && present.Identity == file.Identity && present.Use >= wanted.Use))
        {
            return;
        }

        file.Lock();
        var label = Owner.LabelOf(wanted, file);
        var memory = new RememberedOwner(file);
        var holders = new ImageHolders(file);
        var use = Admitted(wanted, file, holders, out var others);
        var counted = label is not null && Owner.Remembers ? memory.Count : null;
        var again = present?.Identity == file.Identity && present.Label is not null;
        if ((label is null && use == FileUse.Open) || !MayHave(wanted, file, label, counted))
        {
            return;
        }

        var claim = new FileClaim(wanted.Path, file.Identity, use, again ? present!.Label : label, again ? present!.Before : new(file.User, file.Group), again ? present!.Count : (counted + 1) ?? 0, IsDone: false);
        _claims[claim.Path] = claim;
        var place = _list.Append(claim);
        if (use != FileUse.Open)
        {
            holders.Write([.. others, _self with { Use = use }]);
        }

        if (!again && counted is { } count)
        {
            memory.Add(count);
        }

        if (label is { } owner && (file.User, file.Group) != (owner.User, owner.Group))
        {
            GuestOwner.Give(file, owner);
        }

        claim = claim with { IsDone = true };
        _claims[claim.Path] = claim;
        _list.Confirm(place, claim);
        if (present is not null)
        {
            // The list has each of them once: what comes to nothing later leaves it as it was.
            _list.Rewrite(_claims.Values);
        }
    }

    // Who holds it besides, when this run may; Open where the file system cannot say who does.
    private FileUse Admitted(GuestFile wanted, PinnedFile file, ImageHolders holders, out IReadOnlyList<ImageHolder> others)
    {
        others = [];
        if (wanted.Use == FileUse.Open || !Owner.Locks || (!file.IsRegular && !file.IsBlockDevice))
        {
            return FileUse.Open;
        }

        others = [.. holders.Read(out var supported).Where(holder => holder.Directory != _self.Directory)];
        return others.FirstOrDefault(other => !other.IsSameDomain(_self) && !(other.Use == FileUse.Shared && wanted.Use == FileUse.Shared)) is { } other
            ? throw new VireoException(
                ErrorCode.ResourceBusy,
                ErrorDomain.Qemu,
                $"image '{wanted.Path}' is in use by domain '{other.Name}' ({other.Domain}), which writes to it; stop that domain first, or mark the disk <shareable/> in both")
            : supported ? wanted.Use : FileUse.Open;
    }

    // What other guests have under another user is theirs; false for what is only read, and may be by everybody.
    private static bool MayHave(GuestFile wanted, PinnedFile file, DacLabel? label, int? counted)
    {
        if (counted is not > 0 || label is not { } owner || (file.User, file.Group) == (owner.User, owner.Group))
        {
            return true;
        }

        return wanted is { Use: FileUse.Open, IsMade: false } && (file.Mode & OthersMayRead) != 0
            ? false
            : throw VireoException.OperationInvalid(ErrorDomain.Security, $"Setting different DAC user or group on {wanted.Path} which is already in use");
    }

    // Of a file that the run had already it goes on having what it had.
    private static void GiveBack(FileClaim claim, ImageHolder self, bool remembers, FileClaim? kept = null)
    {
        using var file = PinnedFile.TryOpen(claim.Path);
        if (file is null || file.Identity != claim.Identity)
        {
            return;
        }

        kept = kept?.Identity == claim.Identity ? kept : null;
        file.Lock();
        if (claim.Use != FileUse.Open)
        {
            var holders = new ImageHolders(file);
            ImageHolder[] again = kept is { Use: not FileUse.Open } ? [self with { Use = kept.Use }] : [];
            holders.Write([.. holders.Read(out _).Where(holder => holder.Directory != self.Directory), .. again]);
        }

        if (kept?.Label is null && claim.Label is { } label && Before(claim, new RememberedOwner(file), remembers) is { } before && (file.User, file.Group) == (label.User, label.Group) && before != label)
        {
            file.ChangeOwner(before.User, before.Group);
        }
    }

    // Whose it becomes; null when it stays as it is.
    private static DacLabel? Before(FileClaim claim, RememberedOwner memory, bool remembers)
    {
        if (claim.Count == 0)
        {
            // Nobody counts who has it: one that others may have too stays theirs, and libvirt gives the others to root when it is not to remember.
            return claim.Use == FileUse.Exclusive ? remembers ? claim.Before : new DacLabel(0, 0) : null;
        }

        // Of one that was not taken for certain the count tells whether it came to that.
        return memory.Count is > 0 and var count && (claim.IsDone || count == claim.Count) ? memory.Remove(count)
            : claim.Use == FileUse.Exclusive ? claim.Before : null;
    }

    private static void Try(string what, Action action, Action<string, Exception> report)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            report(what, e);
        }
    }
}
