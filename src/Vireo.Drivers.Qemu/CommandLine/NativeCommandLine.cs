using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>A domain's command line for people to read and run: what a start would use, but with sockets and ports that nobody has opened yet.</summary>
internal static class NativeCommandLine
{
    private const int FirstPort = 5900;

    /// <summary>The environment, the program and its arguments as one line for a shell. Nothing is opened or looked up but the host's SCSI devices.</summary>
    /// <param name="complete">The complete document.</param>
    /// <param name="emulator">The program.</param>
    /// <param name="directory">Where the run would keep its files and sockets.</param>
    /// <param name="machine">The machine type as this QEMU knows it.</param>
    /// <param name="sandbox">QEMU gives up system calls that it needs no more once it runs.</param>
    /// <param name="vncTls">The certificates of VNC displays; null where they speak no TLS.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the document asks for what QEMU cannot do.</exception>
    public static string Build(DomainConfig complete, string emulator, string directory, QemuMachine? machine, bool sandbox = true, DisplayTls? vncTls = null)
    {
        var text = new StringBuilder("LC_ALL=C");
        foreach (var variable in complete.QemuCommandline?.Envs ?? [])
        {
            text.Append(' ').Append(variable.Name).Append('=').Append(ShellWord.Quote(variable.Value ?? ""));
        }

        text.Append(' ').Append(ShellWord.Quote(emulator));
        foreach (var argument in Arguments(complete, directory, machine, sandbox: sandbox, vncTls: vncTls))
        {
            text.Append(' ').Append(ShellWord.Quote(argument));
        }

        return text.ToString();
    }

    /// <summary>The arguments alone.</summary>
    /// <param name="complete">The complete document.</param>
    /// <param name="directory">Where the run would keep its files and sockets.</param>
    /// <param name="machine">The machine type as this QEMU knows it.</param>
    /// <param name="scsi">Finds the device file of a SCSI device; null for this host's.</param>
    /// <param name="sandbox">QEMU gives up system calls that it needs no more once it runs.</param>
    /// <param name="vncTls">The certificates of VNC displays; null where they speak no TLS.</param>
    /// <exception cref="VireoException">As <see cref="Build"/>.</exception>
    public static IReadOnlyList<string> Arguments(DomainConfig complete, string directory, QemuMachine? machine, Func<HostdevSource, string>? scsi = null, bool sandbox = true, DisplayTls? vncTls = null)
    {
        var port = FirstPort;
        var disks = NamedDisks(complete);
        var live = LiveConfig.Prepare(complete, -1, directory, disks, () => port++);
        return QemuCommandLine.Build(live, new CommandLineContext(null, disks, directory) { Machine = machine, Sandbox = sandbox, VncTls = vncTls, ScsiGeneric = scsi ?? ScsiDevices.GenericOf });
    }

    private static LiveDisks NamedDisks(DomainConfig config)
    {
        var numbers = new NodeNumbers();
        var chains = config.Devices.Disks.Select(DiskDocuments.NamedChain).ToArray();
        var layers = numbers.ForDomain(chains);
        return new LiveDisks([.. config.Devices.Disks.Select((disk, i) => new LiveDisk(disk.Target!.Dev!, chains[i], layers[i], disk.Access()) { Above = disk.NodesAbove().LastOrDefault() })], numbers.Last);
    }
}
