using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>Starts QEMU with a command line as far as its monitor's greeting, and has it quit.</summary>
internal static class QemuGreeting
{
    /// <summary>The installed QEMU.</summary>
    public const string Installed = "/usr/bin/qemu-system-x86_64";

    /// <summary>What it complained of; null when it stood ready to run the guest.</summary>
    /// <param name="emulator">The program.</param>
    /// <param name="arguments">The command line; its monitor listens on <c>mon</c> in the folder.</param>
    /// <param name="folder">A folder of the test's own.</param>
    public static async Task<string?> ComplaintAsync(string emulator, IReadOnlyList<string> arguments, string folder)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var qemu = Process.Start(new ProcessStartInfo(emulator, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var complaint = qemu.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            using var monitor = await ConnectAsync(qemu, Path.Combine(folder, "mon"), limit.Token);
            if (monitor is null)
            {
                return await complaint;
            }

            await using var stream = new NetworkStream(monitor);
            using var reader = new StreamReader(stream);
            var greeting = await reader.ReadLineAsync(limit.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("{\"execute\":\"qmp_capabilities\"}{\"execute\":\"query-status\"}{\"execute\":\"quit\"}"), limit.Token);
            await reader.ReadLineAsync(limit.Token);
            var status = await reader.ReadLineAsync(limit.Token);
            await qemu.WaitForExitAsync(limit.Token);
            var ready = qemu.ExitCode == 0 && greeting?.Contains("QMP", StringComparison.Ordinal) == true && status?.Contains("prelaunch", StringComparison.Ordinal) == true;
            return ready ? null : $"{status}: {await complaint}";
        }
        catch (OperationCanceledException)
        {
            return "it does not answer";
        }
        catch (IOException)
        {
            // It listened, and went on to what it does not take.
            await qemu.WaitForExitAsync(limit.Token);
            return await complaint;
        }
        finally
        {
            if (!qemu.HasExited)
            {
                qemu.Kill();
            }
        }
    }

    // QEMU listens as soon as it has read its options, so the first try fails as a rule.
    private static async Task<Socket?> ConnectAsync(Process qemu, string path, CancellationToken cancellationToken)
    {
        while (!qemu.HasExited)
        {
            var monitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await monitor.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return monitor;
            }
            catch (SocketException)
            {
                monitor.Dispose();
                await Task.Delay(20, cancellationToken);
            }
        }

        return null;
    }
}
