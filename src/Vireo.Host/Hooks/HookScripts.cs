using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Host.Hooks;

/// <summary>What a hook is told: its arguments, in this order.</summary>
/// <param name="Object">What it happens to: a domain's name, <c>-</c> for the daemon.</param>
/// <param name="Operation">What happens: <c>prepare</c>, <c>start</c>, <c>stopped</c>.</param>
/// <param name="Part">Which part of it: <c>begin</c>, <c>end</c>, or <c>-</c>.</param>
/// <param name="Extra">What else there is to say, or <c>-</c>.</param>
public sealed record HookCall(string Object, string Operation, string Part, string Extra = "-");

/// <summary>
/// An operator's scripts for one driver, called as libvirt calls them: <c>NAME</c>, then those of <c>NAME.d</c> in the order of their names, hidden ones too;
/// each only if it may be executed. They are looked for at each call. All of them are called, whatever becomes of one.
/// </summary>
/// <param name="directory">The directory of hooks.</param>
/// <param name="name">The driver: <c>qemu</c>, <c>daemon</c>.</param>
/// <param name="scratch">A directory for what is told to them and said by them.</param>
public sealed class HookScripts(string directory, string name, string scratch)
{
    private const int LongestComplaint = 4096;
    private const int LongestDocument = 10 << 20;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly string[] s_passedOn = ["PATH", "HOME", "USER", "LOGNAME", "TMPDIR"];

    private readonly string _script = Path.Combine(directory, name);

    /// <summary>Whether there is any.</summary>
    public bool Any => Scripts().Any();

    /// <summary>Calls all there are.</summary>
    /// <param name="call">What they are told.</param>
    /// <param name="document">What they read: a document, or nothing. What one of them writes, the next one reads instead.</param>
    /// <param name="cancellationToken">Gives up; the script that runs is killed.</param>
    /// <returns>What was written last; null when nothing was.</returns>
    /// <exception cref="VireoException">VIR_ERR_HOOK_SCRIPT_FAILED: one of them failed, or took more than five minutes and was killed.</exception>
    public async Task<string?> RunAsync(HookCall call, string document, CancellationToken cancellationToken)
    {
        string? written = null;
        VireoException? failure = null;
        foreach (string script in Scripts())
        {
            try
            {
                string output = await RunAsync(script, [call.Object, call.Operation, call.Part, call.Extra], written ?? document, cancellationToken).ConfigureAwait(false);
                written = output.Length > 0 ? output : written;
            }
            catch (VireoException e)
            {
                failure = new VireoException(ErrorCode.HookScriptFailed, ErrorDomain.Hook, e.Message, e);
            }
        }

        return failure is null ? written : throw failure;
    }

    private IEnumerable<string> Scripts()
    {
        if (IsScript(_script)) yield return _script;
        string more = _script + ".d";
        if (!Directory.Exists(more)) yield break;
        foreach (string script in Directory.EnumerateFiles(more).Where(IsScript).Order(StringComparer.Ordinal)) yield return script;
    }

    private static bool IsScript(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;

    private async Task<string> RunAsync(string script, string[] arguments, string document, CancellationToken cancellationToken)
    {
        using var input = Nameless();
        using var output = Nameless();
        using var complaint = Nameless();
        RandomAccess.Write(input, Encoding.UTF8.GetBytes(document), 0);
        var environment = new Dictionary<string, string> { ["LC_ALL"] = "C" };
        foreach (string variable in s_passedOn)
        {
            if (Environment.GetEnvironmentVariable(variable) is { } value) environment[variable] = value;
        }

        var start = new ProcessStart(script, arguments) { StandardInput = input, StandardOutput = output, StandardError = complaint, Environment = environment, WorkingDirectory = "/" };
        string line = string.Join(' ', environment.Select(variable => $"{variable.Key}={variable.Value}").Append(script).Concat(arguments));
        var status = await HostProcess.RunAsync(start, s_patience, Signals.Kill, cancellationToken).ConfigureAwait(false)
            ?? throw VireoException.Internal(ErrorDomain.None, $"Child process ({line}) did not end within {s_patience.TotalSeconds:0} s and was killed");
        if (status.Success) return Text(output, LongestDocument);
        string said = Text(complaint, LongestComplaint);
        throw VireoException.Internal(ErrorDomain.None, $"Child process ({line}) unexpected {status}{(said.Length > 0 ? ": " + said : "")}");
    }

    /// <summary>A file without a name: what is left running by a script may keep it open, and nobody waits for that.</summary>
    private SafeFileHandle Nameless()
    {
        string path = Path.Combine(scratch, $".hook-{Guid.NewGuid():N}");
        var file = HostFile.CreateNew(path);
        File.Delete(path);
        return file;
    }

    private static string Text(SafeFileHandle file, int most)
    {
        byte[] text = new byte[(int)Math.Min(RandomAccess.GetLength(file), most)];
        return Encoding.UTF8.GetString(text, 0, RandomAccess.Read(file, text, 0));
    }
}
