using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu;

/// <content>What is known of a domain. Answered from its published view: a domain that is being changed, or hangs, answers all the same.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<string> DomainGetXmlDescAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainXMLFlags.Secure | DomainXMLFlags.Inactive | DomainXMLFlags.UpdateCpu | DomainXMLFlags.Migratable, "qemuDomainGetXMLDesc");
        var domain = Find(dom);
        var view = domain.View;
        var wanted = (DomainXMLFlags)flags;
        var inactive = (wanted & (DomainXMLFlags.Inactive | DomainXMLFlags.Migratable)) != 0;
        var config = wanted.HasFlag(DomainXMLFlags.Inactive) ? view.NextConfig : view.Config;
        if (inactive)
        {
            config = config with { Id = null };
        }
        else if (view is { IsActive: true, BalloonKiB: { } balloon })
        {
            config = config with { CurrentMemory = DataSize.FromKiB(balloon) };
        }

        if (!inactive && domain.Process is { } running)
        {
            config = Hypervisor.Security.Show(config, running.Host.Pid);
        }

        if (wanted.HasFlag(DomainXMLFlags.Migratable))
        {
            config = wanted.HasFlag(DomainXMLFlags.Inactive) || domain.Process is not { } process ? MigratableDocument.Of(config) : MigratableDocument.OfRun(config, view.NextConfig, process);
        }

        if (wanted.HasFlag(DomainXMLFlags.UpdateCpu))
        {
            var qemu = await Hypervisor.HostInformation.EmulatorAsync(config.Devices.Emulator ?? EmulatorTargets.For(config.Os.Type?.Arch), cancellationToken).ConfigureAwait(false);
            config = config with { Cpu = GuestCpu.Updated(config, qemu) };
        }

        return ((wanted & (DomainXMLFlags.Secure | DomainXMLFlags.Migratable)) != 0 ? config : WithoutSecrets(config)).ToXml();
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetStateResult> DomainGetStateAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetState");
        var view = Find(dom).View;
        return ValueTask.FromResult(new DomainGetStateResult((int)view.State, view.Reason));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetInfoResult> DomainGetInfoAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        var view = domain.View;
        return ValueTask.FromResult(new DomainGetInfoResult(
            (byte)view.State,
            MemoryKiB(view.Config),
            view.BalloonKiB ?? view.Config.CurrentMemory?.KiB ?? MemoryKiB(view.Config),
            (ushort)Vcpus(view.Config, maximum: false),
            domain.Process is { } process ? ProcessFigures.Of(process.Host.Pid)?.Nanoseconds ?? 0 : 0));
    }

    /// <inheritdoc/>
    public override ValueTask<ulong> DomainGetMaxMemoryAsync(DomainRef dom, CancellationToken cancellationToken) => ValueTask.FromResult(MemoryKiB(Find(dom).View.Config));

    /// <inheritdoc/>
    public override ValueTask<string> DomainGetOsTypeAsync(DomainRef dom, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Find(dom).View.Config.Os.Type?.Kind ?? "hvm");

    /// <inheritdoc/>
    public override ValueTask<int> DomainGetMaxVcpusAsync(DomainRef dom, CancellationToken cancellationToken) =>
        DomainGetVcpusFlagsAsync(dom, (uint)(DomainVcpuFlags.Live | DomainVcpuFlags.Maximum), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<int> DomainGetVcpusFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainVcpuFlags.Live | DomainVcpuFlags.Config | DomainVcpuFlags.Maximum | DomainVcpuFlags.Guest, "qemuDomainGetVcpusFlags");
        var wanted = (DomainVcpuFlags)flags;
        var maximum = wanted.HasFlag(DomainVcpuFlags.Maximum);
        var config = ConfigOf(Find(dom), wanted.HasFlag(DomainVcpuFlags.Live), wanted.HasFlag(DomainVcpuFlags.Config));
        return wanted.HasFlag(DomainVcpuFlags.Guest) ? await GuestVcpuCountAsync(dom, maximum, cancellationToken).ConfigureAwait(false) : Vcpus(config, maximum);
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainIsActiveAsync(DomainRef dom, CancellationToken cancellationToken) => ValueTask.FromResult(Find(dom).View.IsActive ? 1 : 0);

    /// <inheritdoc/>
    public override ValueTask<int> DomainIsPersistentAsync(DomainRef dom, CancellationToken cancellationToken) => ValueTask.FromResult(Find(dom).View.IsPersistent ? 1 : 0);

    /// <inheritdoc/>
    public override ValueTask<int> DomainIsUpdatedAsync(DomainRef dom, CancellationToken cancellationToken) => ValueTask.FromResult(Find(dom).View.Updated ? 1 : 0);

    /// <inheritdoc/>
    public override ValueTask<int> DomainHasManagedSaveImageAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainHasManagedSaveImage");
        return ValueTask.FromResult(Find(dom).View.HasManagedSave ? 1 : 0);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetControlInfoResult> DomainGetControlInfoAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetControlInfo");
        var domain = Find(dom);
        RequireActive(domain);
        var job = domain.Jobs.Current;
        return ValueTask.FromResult(job is null
            ? new DomainGetControlInfoResult((uint)DomainControlState.Ok, 0, 0)
            : new DomainGetControlInfoResult((uint)DomainControlState.Occupied, 0, (ulong)job.Elapsed.TotalMilliseconds));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetSecurityLabelResult> DomainGetSecurityLabelAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var label = Find(dom).Process is { } process && Hypervisor.Security.LabelsOf(process.Host.Pid) is [var first, ..] ? first : ("", false);
        return ValueTask.FromResult(Label(label));
    }

    /// <inheritdoc/>
    public override ValueTask<NodeGetSecurityModelResult> NodeGetSecurityModelAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(new NodeGetSecurityModelResult([.. Encoding.UTF8.GetBytes(Hypervisor.Security.Confines ? GuestConfinement.Model : "none"), 0], [.. "0\0"u8]));

    private static DomainGetSecurityLabelResult Label((string Text, bool IsEnforced) label) => new([.. Encoding.UTF8.GetBytes(label.Text), 0], label.IsEnforced ? 1 : 0);

    /// <summary>The document that a pair of impact flags means.</summary>
    private static DomainConfig ConfigOf(QemuDomain domain, bool live, bool persistent)
    {
        var view = domain.View;
        if (live && persistent)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, "the live and the config flag exclude each other");
        }

        if (live && !view.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Domain, "domain is not running");
        }

        if (persistent && !view.IsPersistent)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Domain, "transient domains do not have any persistent config");
        }

        return persistent ? view.Persistent! : view.Config;
    }

    private static ulong MemoryKiB(DomainConfig config) => config.Memory?.Size.KiB ?? 0;

    private static int Vcpus(DomainConfig config, bool maximum) => (int)((maximum ? null : config.Vcpu?.Current) ?? config.Vcpu?.Count ?? 1);

    internal static DomainConfig WithoutSecrets(DomainConfig config)
    {
        var graphics = config.Devices.Graphics;
        for (var i = 0; i < graphics.Count; i++)
        {
            if (graphics[i].Passwd is not null)
            {
                graphics = graphics.SetItem(i, graphics[i] with { Passwd = null });
            }
        }

        return config.Devices.Graphics.Equals(graphics) ? config : config with { Devices = config.Devices with { Graphics = graphics } };
    }
}
