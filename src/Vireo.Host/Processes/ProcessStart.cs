using System.Runtime.InteropServices;

namespace Vireo.Host.Processes;

/// <summary>Everything that decides how a program is started. What is not named here is not handed to it.</summary>
/// <param name="Program">The program's path.</param>
/// <param name="Arguments">Its arguments, without the program's own name.</param>
public sealed record ProcessStart(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>The whole environment; null for the daemon's own.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The directory it starts in; null for the daemon's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Its standard input; null for /dev/null.</summary>
    public SafeHandle? StandardInput { get; init; }

    /// <summary>Its standard output; null for /dev/null.</summary>
    public SafeHandle? StandardOutput { get; init; }

    /// <summary>Its standard error; null for /dev/null.</summary>
    public SafeHandle? StandardError { get; init; }

    /// <summary>The descriptors it inherits beyond the three standard ones, under the numbers given; all others are closed to it.</summary>
    public IReadOnlyList<InheritedFd> Inherited { get; init; } = [];

    /// <summary>Makes it the leader of a session of its own, so that it outlives the daemon and its terminal.</summary>
    public bool NewSession { get; init; } = true;

    /// <summary>The user it runs as; null for the daemon's. Needs root.</summary>
    public uint? UserId { get; init; }

    /// <summary>The group it runs as; null for the daemon's. Needs root.</summary>
    public uint? GroupId { get; init; }

    /// <summary>Its supplementary groups, where <see cref="UserId"/> or <see cref="GroupId"/> is given.</summary>
    public IReadOnlyList<uint> SupplementaryGroups { get; init; } = [];

    /// <summary>The devices it sees; null for all that the host has. Needs root.</summary>
    public PrivateDevices? Devices { get; init; }

    /// <summary>The AppArmor profile that confines it; null for what confines the daemon.</summary>
    public string? Profile { get; init; }

    /// <summary>How much memory it may keep from being swapped out, or as much of that as the daemon may allow; it has it before its first instruction. Null for the daemon's own limit.</summary>
    public ulong? LockedMemory { get; init; }

    /// <summary>Its file mode mask; null for the daemon's.</summary>
    public uint? FileModeMask { get; init; }

    /// <summary>The same, run as an account; null for the daemon's user.</summary>
    public ProcessStart As(HostAccount? account) => this with { UserId = account?.User, GroupId = account?.Group, SupplementaryGroups = account?.Supplementary ?? [] };

    /// <summary>The same, with all that it prints going to one file.</summary>
    public ProcessStart PrintingTo(SafeHandle file) => this with { StandardOutput = file, StandardError = file };
}

/// <summary>A descriptor that a program inherits.</summary>
/// <param name="Handle">The daemon's own descriptor.</param>
/// <param name="Number">The number it has in the program, 3 or more.</param>
public readonly record struct InheritedFd(SafeHandle Handle, int Number);

/// <summary>Hands out descriptor numbers 3, 4, 5, … for a program's command line and keeps what stands behind them.</summary>
public sealed class InheritedFds : IDisposable
{
    private const int First = 3;
    private readonly List<InheritedFd> _entries = [];
    private readonly List<SafeHandle> _made = [];

    /// <summary>For <see cref="ProcessStart.Inherited"/>.</summary>
    public IReadOnlyList<InheritedFd> Entries => _entries;

    /// <summary>Adds a descriptor; returns its number in the program.</summary>
    public int Add(SafeHandle handle)
    {
        var number = First + _entries.Count;
        _entries.Add(new(handle, number));
        return number;
    }

    /// <summary>Adds a file that is in memory alone and goes with this; returns its number in the program.</summary>
    /// <param name="name">What it is called where the kernel lists open files.</param>
    /// <param name="content">What it holds.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public int AddContent(string name, ReadOnlySpan<byte> content)
    {
        _made.Add(Files.HostFile.InMemory(name, content));
        return Add(_made[^1]);
    }

    /// <summary>Lets go of what was made for the program, which keeps its own. What was added stays with who added it.</summary>
    public void Dispose() => _made.ForEach(static handle => handle.Dispose());
}
