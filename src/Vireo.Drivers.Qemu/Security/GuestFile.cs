namespace Vireo.Drivers.Qemu.Security;

/// <summary>What a guest does with a file, as far as other guests are concerned.</summary>
internal enum FileUse
{
    /// <summary>Others may use it too: it is read, or it is no image.</summary>
    Open,

    /// <summary>Guests that all say so write to it together.</summary>
    Shared,

    /// <summary>It alone writes to it.</summary>
    Exclusive,
}

/// <summary>A file of the host that a guest's process opens by name.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Use">What it does with it.</param>
internal sealed record GuestFile(string Path, FileUse Use = FileUse.Open)
{
    /// <summary>It stays whose it is.</summary>
    public bool KeepsOwner { get; init; }

    /// <summary>On the host it stays whose it is, for all guests use it; in a tree of devices of its own it is the process's.</summary>
    public bool IsHosts { get; init; }

    /// <summary>Whom it is given to; null for the user of the process.</summary>
    public DacLabel? Label { get; init; }

    /// <summary>It is made when it is not there: the process may not make files where it lies.</summary>
    public bool IsMade { get; init; }

    /// <summary>It is a folder, and what lies in it is used, too.</summary>
    public bool HasAllBelow { get; init; }

    /// <summary>Whether it is written to.</summary>
    public bool IsWritten { get => field || Use != FileUse.Open; init; }
}
