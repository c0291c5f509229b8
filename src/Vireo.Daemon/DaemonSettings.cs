using System.Globalization;
using Vireo.Config.Conf;
using Vireo.Drivers.Qemu;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Rpc.Server;

namespace Vireo.Daemon;

/// <summary>What vireod.conf says: lines of <c>name = value</c>, numbers plain and texts in double quotes, <c>#</c> for comments.</summary>
internal sealed record DaemonSettings
{
    public RpcServerOptions Rpc { get; init; } = new();

    /// <summary>Who may connect to the socket for everything.</summary>
    public UnixFileMode SocketMode { get; init; } = (UnixFileMode)0b111_111_000;

    /// <summary>Who may connect to the read-only socket.</summary>
    public UnixFileMode ReadOnlySocketMode { get; init; } = (UnixFileMode)0b111_111_111;

    /// <summary>What holds for the guests of QEMU.</summary>
    public QemuSettings Qemu { get; init; } = new();

    public static DaemonSettings Load(string file) => File.Exists(file) ? Parse(File.ReadAllText(file), file) : new();

    public static DaemonSettings Parse(string text, string file)
    {
        var settings = new DaemonSettings();
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string where = $"{file}:{number}";
            if (equals < 0) throw new DaemonException($"{where}: expected name = value");
            settings = settings.With(where, line[..equals].Trim(), line[(equals + 1)..].Trim());
        }

        return settings;
    }

    private DaemonSettings With(string where, string name, string value) => name switch
    {
        "max_clients" => this with { Rpc = Rpc with { MaxClients = Number(where, name, value, 1) } },
        "max_anonymous_clients" => this with { Rpc = Rpc with { MaxUnauthenticatedClients = Number(where, name, value, 1) } },
        "max_client_requests" => this with { Rpc = Rpc with { MaxClientRequests = Number(where, name, value, 1) } },
        "max_requests" => this with { Rpc = Rpc with { MaxRequests = Number(where, name, value, 1) } },
        "max_client_streams" => this with { Rpc = Rpc with { MaxClientStreams = Number(where, name, value, 1) } },
        "keepalive_interval" => this with { Rpc = Rpc with { KeepaliveInterval = TimeSpan.FromSeconds(Number(where, name, value, -1)) } },
        "keepalive_count" => this with { Rpc = Rpc with { KeepaliveCount = Number(where, name, value, 0) } },
        "default_uri" => this with { Rpc = Rpc with { DefaultUri = Text(where, name, value) } },
        "unix_sock_rw_perms" => this with { SocketMode = Mode(where, name, value) },
        "unix_sock_ro_perms" => this with { ReadOnlySocketMode = Mode(where, name, value) },
        "snapshot_revert_respawn" => this with { Qemu = Qemu with { RespawnAlways = Choice(where, name, value) } },
        "save_image_format" => this with { Qemu = Qemu with { SaveFormat = Format(where, name, value) } },
        "dump_image_format" => this with { Qemu = Qemu with { DumpFormat = Format(where, name, value) } },
        "domain_log_max_size" => this with { Qemu = Qemu with { LogMaxSize = Number(where, name, value, 0) } },
        "domain_log_max_backups" => this with { Qemu = Qemu with { LogMaxBackups = Number(where, name, value, 0) } },
        "backup_tls_x509_cert_dir" => this with { Qemu = Qemu with { BackupTlsDirectory = Text(where, name, value) } },
        "backup_tls_x509_verify" => this with { Qemu = Qemu with { BackupTlsVerify = Number(where, name, value, 0) != 0 } },
        "vnc_tls" => this with { Qemu = Qemu with { VncTls = Number(where, name, value, 0) != 0 } },
        "vnc_tls_x509_cert_dir" => this with { Qemu = Qemu with { VncTlsDirectory = Text(where, name, value) } },
        "vnc_tls_x509_verify" => this with { Qemu = Qemu with { VncTlsVerify = Number(where, name, value, 0) != 0 } },
        "seccomp_sandbox" => this with { Qemu = Qemu with { Sandbox = Number(where, name, value, -1) != 0 } },
        "user" => this with { Qemu = Qemu with { User = Text(where, name, value) } },
        "group" => this with { Qemu = Qemu with { Group = Text(where, name, value) } },
        "swtpm_user" => this with { Qemu = Qemu with { TpmUser = Text(where, name, value) } },
        "swtpm_group" => this with { Qemu = Qemu with { TpmGroup = Text(where, name, value) } },
        "pr_helper" => this with { Qemu = Qemu with { ReservationHelper = Text(where, name, value) } },
        "security_driver" => this with { Qemu = Qemu with { SecurityModels = value.StartsWith('[') ? List(where, name, value) : [Text(where, name, value)] } },
        "security_default_confined" => this with { Qemu = Qemu with { ConfinesByDefault = Number(where, name, value, 0) != 0 } },
        "security_require_confined" => this with { Qemu = Qemu with { RequiresConfinement = Number(where, name, value, 0) != 0 } },
        "dynamic_ownership" => this with { Qemu = Qemu with { DynamicOwnership = Number(where, name, value, 0) != 0 } },
        "remember_owner" => this with { Qemu = Qemu with { RememberOwner = Number(where, name, value, 0) != 0 } },
        "namespaces" => this with { Qemu = Qemu with { OwnDevices = List(where, name, value).Contains("mount") } },
        "cgroup_device_acl" => this with { Qemu = Qemu with { SharedDevices = List(where, name, value) } },
        "lock_images" => this with { Qemu = Qemu with { LockImages = Number(where, name, value, 0) != 0 } },
        _ => throw new DaemonException($"{where}: unknown setting {name}"),
    };

    private static int Number(string where, string name, string value, int least) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new DaemonException($"{where}: {name} must be a number of at least {least}");

    private static string Text(string where, string name, string value) =>
        value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : throw new DaemonException($"{where}: {name} must be a text in double quotes");

    private static IReadOnlyList<string> List(string where, string name, string value)
    {
        try
        {
            return ConfReader.Read($"{name} = {value}", ConfDialect.Plain) is [{ Value: ConfItems list }] && list.Items.All(item => item is ConfText)
                ? [.. list.Items.Cast<ConfText>().Select(item => item.Text)]
                : throw new DaemonException($"{where}: {name} must be a list of texts: [ \"a\", \"b\" ]");
        }
        catch (VireoException e)
        {
            throw new DaemonException($"{where}: {e.Message}", e);
        }
    }

    private static ImageCompression Format(string where, string name, string value) => Text(where, name, value) switch
    {
        "raw" => ImageCompression.Raw,
        "gzip" => ImageCompression.Gzip,
        "bzip2" => ImageCompression.Bzip2,
        "xz" => ImageCompression.Xz,
        "lzop" => ImageCompression.Lzop,
        "zstd" => ImageCompression.Zstd,
        _ => throw new DaemonException($"{where}: {name} must be \"raw\", \"gzip\", \"bzip2\", \"xz\", \"lzop\" or \"zstd\""),
    };

    private static UnixFileMode Mode(string where, string name, string value)
    {
        string text = Text(where, name, value);
        if (text.Length is < 3 or > 4 || text.Any(c => c is < '0' or > '7') || (text.Length == 4 && text[0] != '0'))
            throw new DaemonException($"{where}: {name} must be an octal mode such as \"0770\"");
        return (UnixFileMode)Convert.ToInt32(text, 8);
    }

    private static bool Choice(string where, string name, string value) => Text(where, name, value) switch
    {
        "always" => true,
        "flag" => false,
        _ => throw new DaemonException($"{where}: {name} must be \"flag\" or \"always\""),
    };
}
