using System.Diagnostics;

namespace Vireo.TestKit;

/// <summary>What a program that has ended said.</summary>
/// <param name="ExitCode">Its exit code; 128 and more after a signal.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both outputs and the exit code, for a message.</summary>
    public override string ToString() => $"exit {ExitCode}\n{Output}{(Error.Length > 0 ? "stderr: " + Error : "")}";
}

/// <summary>A program that did not end in time.</summary>
/// <param name="message">Which.</param>
/// <param name="threads">How many threads it still had.</param>
public sealed class ProgramTimeoutException(string message, int threads) : TimeoutException(message)
{
    /// <summary>How many threads it still had.</summary>
    public int Threads { get; } = threads;
}

/// <summary>Runs programs to their end.</summary>
public static class ProgramRun
{
    /// <summary>Runs a program with captured output. One that does not end in time is killed and a <see cref="ProgramTimeoutException"/> thrown.</summary>
    public static async Task<ProgramResult> ExecuteAsync(
        string program, IEnumerable<string> arguments, string? input = null, TimeSpan? limit = null, IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit ?? TimeSpan.FromSeconds(60));
        var output = process.StandardOutput.ReadToEndAsync(timer.Token);
        var error = process.StandardError.ReadToEndAsync(timer.Token);
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), timer.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timer.Token);
            return new ProgramResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Refresh();
            int threads = process.HasExited ? 0 : process.Threads.Count;
            process.Kill(entireProcessTree: true);
            throw new ProgramTimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end in time", threads);
        }
    }

    /// <summary>Runs a program that must succeed and returns its output.</summary>
    public static async Task<string> CheckAsync(string program, params string[] arguments)
    {
        var result = await ExecuteAsync(program, arguments, limit: TimeSpan.FromMinutes(5));
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {result}");
    }

    /// <summary>Whether a program is on the PATH.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

}
