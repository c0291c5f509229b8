using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>The command that runs a guest.</summary>
internal static class BhyveCommand
{
    /// <summary>The program.</summary>
    public const string Program = "/usr/sbin/bhyve";

    /// <summary>Puts the command of a completed definition together.</summary>
    public static IReadOnlyList<string> Build(DomainConfig domain, BhyveHost host)
    {
        MissingDevices.Refuse(domain.Devices);
        var arguments = new ArgumentList(Program);
        arguments.Add("-c", Cpus(domain, host.Features), "-m", MemoryMiB(domain));
        Options(arguments, domain, host.Features);
        arguments.Add("-s", "0:0,hostbridge");
        if (domain is { Bootloader: null, Os.Loader: { } loader })
        {
            Require(host.Features, BhyveFeatures.BootRom, "Installed bhyve binary does not support UEFI loader");
            arguments.Add("-l", "bootrom," + ArgumentList.Part(loader.Path ?? ""));
        }

        ControllerArguments.Add(arguments, domain.Devices, host);
        DeviceArguments.Add(arguments, domain, host);
        foreach (var argument in domain.BhyveCommandline?.Args ?? [])
            arguments.Add(argument);
        arguments.AddName(domain.Name!);
        return arguments.Arguments;
    }

    /// <summary>The guest's memory in MiB, as all the programs take it.</summary>
    public static string MemoryMiB(DomainConfig domain) => domain.Memory!.Size.MiB.ToString(CultureInfo.InvariantCulture);

    /// <summary>Refuses what the programs cannot.</summary>
    public static void Require(BhyveFeatures features, BhyveFeatures needed, string refusal)
    {
        if (!features.HasFlag(needed))
            throw BhyveErrors.Unsupported(refusal);
    }

    private static string Cpus(DomainConfig domain, BhyveFeatures features)
    {
        var count = domain.Vcpu!.Current ?? domain.Vcpu.Count!.Value;
        if (domain.Cpu?.Topology is not { Sockets: { } sockets and > 0, Cores: { } cores, Threads: { } threads } topology)
            return count.ToString(CultureInfo.InvariantCulture);
        if (topology.Dies is not (null or 1))
            throw BhyveErrors.Unsupported("Only 1 die per socket is supported");
        if (count != (UInt128)sockets * cores * threads)
            throw BhyveErrors.Unsupported("Invalid CPU topology: total number of vCPUs must equal the product of sockets, cores, and threads");
        Require(features, BhyveFeatures.CpuTopology, "Installed bhyve binary does not support defining CPU topology");
        return string.Create(CultureInfo.InvariantCulture, $"cpus={count},sockets={sockets},cores={cores},threads={threads}");
    }

    private static void Options(ArgumentList arguments, DomainConfig domain, BhyveFeatures features)
    {
        if (domain.MemoryBacking?.Locked == true)
            arguments.Add("-S");
        if (domain.Features?.Acpi == true)
            arguments.Add("-A");
        if (domain.Features?.Apic is not null)
            arguments.Add("-I");
        if (domain.Features?.Msrs?.Unknown == UnknownMsrs.Ignore)
            arguments.Add("-w");
        switch (domain.Clock!.Offset)
        {
            case ClockOffset.Localtime:
                break;
            case ClockOffset.Utc:
                Require(features, BhyveFeatures.UtcClock, "Installed bhyve binary does not support UTC clock");
                arguments.Add("-u");
                break;
            case var offset:
                throw BhyveErrors.Unsupported($"unsupported clock offset '{offset?.ToXmlName()}'");
        }

        // The guest gives its CPU up while it idles or waits for a lock.
        arguments.Add("-H", "-P");
    }
}
