using System.Globalization;
using System.Text;
using Vireo.Host.Processes;

namespace Vireo.Host.Security;

/// <summary>The kernel's confinement of processes by profiles: what a profile does not name its process does not get, whoever it runs as.</summary>
/// <param name="compiler">The program that compiles profiles and loads them.</param>
public sealed class AppArmor(string compiler)
{
    private const string Switch = "/sys/module/apparmor/parameters/enabled";
    private const string Policy = "/sys/kernel/security/apparmor";
    private const string Compiler = "apparmor_parser";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>That of this host; null when it is off, or what compiles profiles is not there.</summary>
    public static AppArmor? OfHost() =>
        File.Exists(Switch) && File.ReadAllText(Switch).StartsWith('Y') && Directory.Exists(Policy) && ProgramPath.Find(Compiler) is { } found ? new(found) : null;

    /// <summary>Has the kernel know the profiles of a file; of one that it knows the new text counts from now on, for running processes as well.</summary>
    /// <param name="file">The file.</param>
    /// <param name="log">Where what the compiler complains of is kept.</param>
    /// <param name="cancellationToken">Gives up waiting; the compiler is ended.</param>
    /// <returns>What it complained of; null when the kernel knows them.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be started.</exception>
    public async Task<string?> LoadAsync(string file, string log, CancellationToken cancellationToken)
    {
        using var printed = Files.HostFile.OpenLog(log, truncate: true);
        var environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" };
        var start = new ProcessStart(compiler, ["--replace", "--skip-cache", file]) { StandardOutput = printed, StandardError = printed, Environment = environment, WorkingDirectory = "/" };
        var status = await HostProcess.RunAsync(start, s_patience, Signals.Kill, cancellationToken).ConfigureAwait(false);
        return status is { Success: true } ? null : $"{Compiler} {status?.ToString() ?? "took too long"}: {await File.ReadAllTextAsync(log, cancellationToken).ConfigureAwait(false)}".TrimEnd();
    }

    /// <summary>Has the kernel forget a profile, once none of its processes runs: they would go on unconfined. One that it does not know is no error.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Remove(string profile)
    {
        try
        {
            using var file = new FileStream(Path.Combine(Policy, ".remove"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(Encoding.UTF8.GetBytes(profile));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Neither the profile nor, perhaps, AppArmor is there.
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot remove AppArmor profile '{profile}'");
        }
    }

    /// <summary>What a process is confined by; null when it is not, or has ended.</summary>
    /// <param name="pid">The process.</param>
    public static AppArmorLabel? LabelOf(int pid)
    {
        foreach (var place in (string[])["attr/apparmor/current", "attr/current"])
        {
            try
            {
                return AppArmorLabel.Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{place}")));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // An older kernel has the second place alone; one without any confinement has neither.
                continue;
            }
        }

        return null;
    }

    /// <summary>Has what the calling thread executes next be confined by a profile.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel does not know it.</exception>
    internal static void EnterAtExecution(string profile)
    {
        var place = Directory.Exists("/proc/thread-self/attr/apparmor") ? "/proc/thread-self/attr/apparmor/exec" : "/proc/thread-self/attr/exec";
        try
        {
            using var file = new FileStream(place, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(Encoding.UTF8.GetBytes("exec " + profile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot confine a process by AppArmor profile '{profile}'");
        }
    }
}

/// <summary>What a process is confined by.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="IsEnforced">Whether what it does not name is refused; else it is only told of.</param>
public readonly record struct AppArmorLabel(string Profile, bool IsEnforced)
{
    /// <summary>Reads it as the kernel writes it: <c>name (mode)</c>; null for <c>unconfined</c> and for what another confinement writes there.</summary>
    public static AppArmorLabel? Parse(string text)
    {
        text = text.TrimEnd('\n', '\0');
        var end = text.LastIndexOf(" (", StringComparison.Ordinal);
        return end > 0 && text.EndsWith(')') ? new(text[..end], text[(end + 2)..^1] == "enforce") : null;
    }
}
