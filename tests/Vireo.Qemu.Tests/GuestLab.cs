using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>A daemon and one domain on it that runs the small Linux guest on some disks: what most tests of real guests begin with.</summary>
public sealed class GuestLab : IAsyncDisposable
{
    /// <summary>A TPM, for a domain's devices.</summary>
    public const string Tpm = "<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>\n";

    private readonly ScratchDirectory _images = new("vg");

    private GuestLab(ScratchDaemon daemon, TestDomain domain) => (Daemon, Domain) = (daemon, domain);

    public ScratchDaemon Daemon { get; }

    public TestDomain Domain { get; private set; }

    /// <summary>The directory that holds the images, the domain's serial socket and nothing of the daemon's.</summary>
    public string Folder => _images.Path;

    public string this[string name] => _images[name];

    /// <summary>Starts the daemon and defines the domain; the disks are empty images of 16 MiB in <see cref="Folder"/>.</summary>
    public static async Task<GuestLab> CreateAsync(
        DaemonKind kind = DaemonKind.Vireod, int disks = 2, bool linux = true, IReadOnlyDictionary<string, string>? environment = null, Func<int, TestDisk>? disk = null,
        string machine = "pc", bool agent = false, bool firmware = false, string devices = "", string? settings = null)
    {
        var lab = new GuestLab(ScratchDaemon.Of(kind, settings), new TestDomain("guest"));
        try
        {
            // Some guests make sockets there themselves.
            if (ScratchVireod.GuestUser is not null)
                File.SetUnixFileMode(lab.Folder, (UnixFileMode)0b111_111_111);
            lab.Domain = new TestDomain("guest")
            {
                Uuid = "5d0c7a52-91a4-4a57-8f3d-2b6c8a1f0e33",
                Guest = !linux ? null : agent ? (await GuestImage.GetAsync()).WithAgent : await GuestImage.GetAsync(),
                Devices = devices + (agent ? GuestImage.AgentChannel : ""),
                Memory = linux ? 128 : 32,
                Machine = machine,
                SerialSocket = lab["serial.sock"],
                Disks = [.. Enumerable.Range(0, disks).Select(disk ?? (index => new TestDisk($"vd{(char)('a' + index)}", lab[$"disk{index}.qcow2"])))],
            };
            if (disk is not null)
                lab.Domain = lab.Domain with { Disks = [.. lab.Domain.Disks.Select(one => one with { Path = lab[one.Path] })] };
            if (firmware)
            {
                lab.Domain = lab.Domain with { Firmware = lab.Folder };
                await lab.Domain.CreateFirmwareAsync();
            }

            await lab.Domain.CreateImagesAsync();
            await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml());
            await lab.Daemon.StartAsync(environment);
            await lab.VirshAsync("define", lab["domain.xml"]);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs virsh, which must succeed.</summary>
    public Task<string> VirshAsync(params string[] arguments) => Client.MustAsync(Daemon, arguments);

    /// <summary>Runs the project's tool, which must succeed (its flags go beyond virsh's).</summary>
    public async Task<string> VireoAsync(params string[] arguments)
    {
        var result = await Client.VireoAsync(Daemon, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"vireo {string.Join(' ', arguments)}: {result}\n--- log\n{Client.Tail(Daemon.Log)}");
    }

    /// <summary>Starts the domain and waits until the guest answers.</summary>
    public async Task<GuestSerial> BootAsync()
    {
        await VirshAsync("start", "guest");
        return await SerialAsync();
    }

    /// <summary>The guest's serial port, once the guest answers on it.</summary>
    public Task<GuestSerial> SerialAsync() => GuestSerial.ConnectAsync(Domain.SerialSocket!);

    /// <summary>The QEMU processes of this lab: their command line names its serial socket or its images.</summary>
    public IReadOnlyList<int> Guests() => OwnedProcesses.Naming(Folder, "qemu-system");

    /// <summary>The directory that a TPM keeps its state in.</summary>
    /// <param name="uuid">The domain; the lab's own when null.</param>
    public string TpmState(string? uuid = null) => Path.Combine(Daemon.Root, "lib/vireo/swtpm", uuid ?? Domain.Uuid, "tpm2");

    /// <summary>The emulators of TPMs that run, as the runs' directories tell.</summary>
    public IReadOnlyList<int> Emulators() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Daemon.Root, "lib/vireo/qemu"), "swtpm", SearchOption.AllDirectories)
            .Select(path => int.Parse(File.ReadAllText(path).Split(' ')[0], CultureInfo.InvariantCulture)).Where(OwnedProcesses.IsRunning),
    ];

    /// <summary>The arguments of snapshot-create-as that put every overlay into <see cref="Folder"/>.</summary>
    public string[] SnapshotArguments(string name, Func<int, string>? path = null) =>
    [
        "snapshot-create-as", "guest", name, "--disk-only", "--atomic",
        .. Domain.Disks.SelectMany((disk, index) => new[] { "--diskspec", $"{disk.Target},file={path?.Invoke(index) ?? this[$"disk{index}.{name}"]}" }),
    ];

    /// <summary>The images that the domain has now, by target.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DisksAsync() => Disks(await VirshAsync("domblklist", "guest"));

    /// <summary>What domblklist prints, by target.</summary>
    public static IReadOnlyDictionary<string, string> Disks(string list) =>
        list.Trim().Split('\n').Skip(2)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length == 2)
            .ToDictionary(words => words[0], words => words[1]);

    /// <summary>Every qcow2 file in the folder passes qemu-img check.</summary>
    public async Task CheckImagesAsync()
    {
        foreach (string path in Directory.EnumerateFiles(Folder).Where(IsQcow2))
        {
            var result = await ProgramRun.ExecuteAsync("qemu-img", ["check", "-U", path]);
            result.ExitCode.ShouldBe(0, $"qemu-img check {path}: {result}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        _images.Dispose();
    }

    private static bool IsQcow2(string path)
    {
        Span<byte> magic = stackalloc byte[4];
        if (path.EndsWith(".sock", StringComparison.Ordinal))
            return false;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual((ReadOnlySpan<byte>)[0x51, 0x46, 0x49, 0xfb]);
    }
}
