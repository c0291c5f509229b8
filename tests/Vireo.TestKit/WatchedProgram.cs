using System.Diagnostics;
using System.Text;

namespace Vireo.TestKit;

/// <summary>A program that runs until it is told to end, and whose output is waited for meanwhile.</summary>
public sealed class WatchedProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly SemaphoreSlim _more = new(0);
    private readonly Task _reading;

    /// <summary>Starts a program whose output, of both kinds, comes line by line, also when it is written for a terminal.</summary>
    public WatchedProgram(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/stdbuf") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])["-oL", program, .. arguments]) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        _reading = Task.WhenAll(Task.Run(() => ReadAsync(_process.StandardOutput)), Task.Run(() => ReadAsync(_process.StandardError)));
    }

    /// <summary>All it has said.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Waits until it has said <paramref name="text"/>.</summary>
    /// <returns>Whether it did within the time.</returns>
    public async Task<bool> SaysAsync(string text, TimeSpan patience)
    {
        var left = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            var rest = patience - left.Elapsed;
            if (rest <= TimeSpan.Zero || !await _more.WaitAsync(rest)) return Output.Contains(text, StringComparison.Ordinal);
        }

        return true;
    }

    /// <summary>Sends it SIGINT and waits for its end.</summary>
    public async Task<ProgramResult> InterruptAsync()
    {
        await ProgramRun.CheckAsync("/bin/kill", "-INT", $"{_process.Id}");
        return await EndAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProgramResult> EndAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await _process.WaitForExitAsync(limit.Token);
        await _reading;
        return new ProgramResult(_process.ExitCode, Output, "");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _more.Dispose();
    }

    // Progress has no line ends.
    private async Task ReadAsync(StreamReader from)
    {
        char[] some = new char[4096];
        while (await from.ReadAsync(some) is > 0 and var count)
        {
            lock (_output) _output.Append(some, 0, count);
            _more.Release();
        }
    }
}
