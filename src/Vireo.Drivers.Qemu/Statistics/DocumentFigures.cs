using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>The figures that what is known of a domain tells alone, whether it runs or not.</summary>
internal static class DocumentFigures
{
    /// <summary>What it does, and why.</summary>
    public static TypedParam[] State(DomainView view) => [TypedParam.Of("state.state", (int)view.State), TypedParam.Of("state.reason", view.Reason)];

    /// <summary>Its memory, in KiB.</summary>
    public static TypedParam[] Memory(DomainView view)
    {
        var maximum = view.Config.Memory?.Size.KiB ?? 0;
        return [TypedParam.Of("balloon.current", view.BalloonKiB ?? view.Config.CurrentMemory?.KiB ?? maximum), TypedParam.Of("balloon.maximum", maximum)];
    }

    /// <summary>How many processors it has.</summary>
    public static TypedParam[] Vcpus(DomainView view)
    {
        var maximum = (uint)(view.Config.Vcpu?.Count ?? 1);
        return [TypedParam.Of("vcpu.current", (uint)(view.Config.Vcpu?.Current ?? maximum)), TypedParam.Of("vcpu.maximum", maximum)];
    }
}
