using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Shell;

/// <summary>What lasts between commands: the connection, the modes and where output goes.</summary>
internal sealed class Session(DriverRegistry drivers, TextWriter output, TextWriter errors) : IAsyncDisposable
{
    private Connection? _connection;
    private bool _dropped;

    /// <summary>The URI asked for; null for the default one.</summary>
    public string? Uri { get; set; }

    public bool ReadOnly { get; set; }

    public bool Quiet { get; set; }

    public bool Timing { get; set; }

    /// <summary>True in the shell, where <c>cd</c> makes sense.</summary>
    public bool Interactive { get; set; }

    /// <summary>The byte that ends a console.</summary>
    public byte ConsoleEscape { get; set; } = 0x1D;

    /// <summary>How that byte is typed, for instance <c>^]</c>.</summary>
    public string ConsoleEscapeText { get; set; } = "^]";

    public TextWriter Output => output;

    public TextWriter Errors => errors;

    public StreamWriter? Log { get; set; }

    /// <summary>The connection, opened at the first use and again when it was lost.</summary>
    public async ValueTask<Connection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } open && open.Closed.IsCompleted)
        {
            await open.DisposeAsync();
            _connection = null;
            _dropped = true;
        }
        if (_connection is null)
        {
            await ConnectAsync(Uri, ReadOnly, cancellationToken);
            if (_dropped)
            {
                _dropped = false;
                Error("Reconnected to the hypervisor");
            }
        }
        return _connection!;
    }

    /// <summary>Opens another connection; the old one stays when that fails.</summary>
    public async ValueTask ConnectAsync(string? uri, bool readOnly, CancellationToken cancellationToken)
    {
        Connection opened;
        try
        {
            opened = await Connection.OpenAsync(drivers, uri ?? DefaultUri(), readOnly, cancellationToken);
        }
        catch (VireoException reason)
        {
            throw new CommandException(_dropped ? "Failed to reconnect to the hypervisor" : "failed to connect to the hypervisor", reason);
        }
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
        (_connection, Uri, ReadOnly) = (opened, uri, readOnly);
    }

    /// <summary>An <c>error:</c> line, after all that was printed so far.</summary>
    public void Error(string message)
    {
        output.Flush();
        errors.Write("error: " + message + "\n");
        errors.Flush();
        Log?.Write($"{DateTime.Now:yyyy.MM.dd HH:mm:ss} vireo ERROR {message}\n");
        Log?.Flush();
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
        if (Log is not null)
        {
            await Log.DisposeAsync();
        }
    }

    private static string DefaultUri()
    {
        if (Environment.GetEnvironmentVariable("LIBVIRT_DEFAULT_URI") is { Length: > 0 } uri)
        {
            return uri;
        }
        return Environment.IsPrivilegedProcess ? "qemu:///system" : "qemu:///session";
    }
}
