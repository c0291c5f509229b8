using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Changes of one device: whether they mean the running guest or its definition, and the calls that make them.</summary>
internal static class DeviceChange
{
    /// <summary>Refuses <c>--current</c> beside what says otherwise.</summary>
    public static void CheckImpact(ParsedCommand command)
    {
        command.Exclusive("persistent", "current");
        command.Exclusive("current", "live");
        command.Exclusive("current", "config");
    }

    /// <summary>What <c>--live</c>, <c>--config</c> and <c>--persistent</c> mean together; 0 when nothing is said.</summary>
    public static async ValueTask<uint> ImpactAsync(CommandContext context, Domain domain)
    {
        var command = context.Command;
        var flags = command.Flags(("live", (uint)DomainModificationImpact.Live), ("config", (uint)DomainModificationImpact.Config));
        if (command.Has("persistent"))
        {
            flags |= (uint)DomainModificationImpact.Config | (await domain.IsActiveAsync(context.CancellationToken) ? (uint)DomainModificationImpact.Live : 0);
        }
        return flags;
    }

    // As virsh: what comes and goes does so in the running guest, unless something else is said; the calls without flags mean that.
    public static ValueTask AttachAsync(CommandContext context, Domain domain, string xml, uint flags) => flags == 0 && !context.Command.Has("current")
        ? domain.Connection.Driver.Hypervisor.DomainAttachDeviceAsync(domain.Reference, xml, context.CancellationToken)
        : domain.Connection.Driver.Hypervisor.DomainAttachDeviceFlagsAsync(domain.Reference, xml, flags, context.CancellationToken);

    public static ValueTask DetachAsync(CommandContext context, Domain domain, string xml, uint flags) => flags == 0 && !context.Command.Has("current")
        ? domain.Connection.Driver.Hypervisor.DomainDetachDeviceAsync(domain.Reference, xml, context.CancellationToken)
        : domain.Connection.Driver.Hypervisor.DomainDetachDeviceFlagsAsync(domain.Reference, xml, flags, context.CancellationToken);

    public static ValueTask UpdateAsync(CommandContext context, Domain domain, string xml, uint flags) =>
        domain.Connection.Driver.Hypervisor.DomainUpdateDeviceFlagsAsync(domain.Reference, xml, flags, context.CancellationToken);
}
