namespace Vireo.Config.Defaults;

/// <summary>The numbers of serial and parallel ports.</summary>
internal static class PortNumbers
{
    /// <summary>Numbers the ports that are not: after the last that is.</summary>
    public static void Assign(List<CharDevice> ports)
    {
        var next = ports.Select(port => port.Target?.Port ?? -1).DefaultIfEmpty(-1).Max();
        DeviceDraft.Each(ports, port => port.Target?.Port is >= 0 || next == int.MaxValue ? port : port with { Target = (port.Target ?? new CharTarget()) with { Port = ++next } });
    }
}
