using System.Text;
using Vireo.Host.Processes;
using Vireo.Host.Terminals;

namespace Vireo.TestKit;

/// <summary>A program on a terminal of its own, which is its controlling terminal: keys are sent, what it shows is waited for.</summary>
public sealed class TerminalProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HostProcess _process;
    private readonly DescriptorStream _terminal;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private string _shown = "";

    private TerminalProgram(HostProcess process, DescriptorStream terminal)
    {
        _process = process;
        _terminal = terminal;
    }

    /// <summary>Starts a program on a terminal of 24 rows and 80 columns.</summary>
    public static async Task<TerminalProgram> StartAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (controller, path) = PseudoTerminal.Create();
        await ProgramRun.CheckAsync("/usr/bin/stty", "-F", path, "sane", "rows", "24", "cols", "80");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string)entry.Value!;
        variables["TERM"] = "xterm";
        variables["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            variables[name] = value;

        using var terminal = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var start = new ProcessStart("/usr/bin/setsid", ["--ctty", program, .. arguments])
        {
            StandardInput = terminal,
            StandardOutput = terminal,
            StandardError = terminal,
            Environment = variables,
            NewSession = false, // setsid makes one, with the terminal as its own
        };
        return new TerminalProgram(HostProcess.Start(start), new DescriptorStream(controller));
    }

    /// <summary>Types.</summary>
    public async Task TypeAsync(string keys) => await _terminal.WriteAsync(Encoding.UTF8.GetBytes(keys));

    /// <summary>Waits until a text is shown; returns what was shown up to its end since the last time.</summary>
    /// <exception cref="TimeoutException">It was not shown in time.</exception>
    public async Task<string> ShownAsync(string text)
    {
        using var timer = new CancellationTokenSource(Patience);
        int at;
        while ((at = _shown.IndexOf(text, StringComparison.Ordinal)) < 0)
        {
            try
            {
                if (!await ReadAsync(timer.Token))
                    throw new InvalidOperationException($"The program ended before it showed '{text}'; it showed:\n{_shown}");
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"'{text}' was not shown; there was:\n{_shown}");
            }
        }

        string until = _shown[..(at + text.Length)];
        _shown = _shown[until.Length..];
        return until;
    }

    /// <summary>Types a line and waits until a text is shown; returns what was shown.</summary>
    public async Task<string> EnterAsync(string line, string text)
    {
        await TypeAsync(line + "\r");
        return await ShownAsync(text);
    }

    /// <summary>Waits for the program's end; returns its exit status and the rest of what it showed.</summary>
    public async Task<(ExitStatus Status, string Shown)> EndAsync()
    {
        using var timer = new CancellationTokenSource(Patience);
        while (await ReadAsync(timer.Token))
        {
        }

        return ((await _process.WaitAsync(timer.Token))!.Value, _shown);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(Signals.Kill);
            await _process.WaitAsync();
        }

        _process.Dispose();
        await _terminal.DisposeAsync();
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        int count = await _terminal.ReadAsync(buffer, cancellationToken);
        char[] text = new char[count];
        _shown += new string(text, 0, _decoder.GetChars(buffer.AsSpan(0, count), text, flush: false));
        return count > 0;
    }
}
