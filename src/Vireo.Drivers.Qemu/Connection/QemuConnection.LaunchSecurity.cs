using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu;

/// <content>Guests whose memory the host cannot read.</content>
internal sealed partial class QemuConnection
{
    private const string SecretHeader = "sev-secret-header";
    private const string Secret = "sev-secret";
    private const string SecretAddress = "sev-secret-set-address";

    /// <inheritdoc/>
    /// <remarks>All is told, however much is asked for: so clients expect it.</remarks>
    public override async ValueTask<NodeGetSevInfoResult> NodeGetSevInfoAsync(int nparams, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, TypedParameterFlags.ParamStringOkay, "qemuNodeGetSEVInfo");
        var qemu = EmulatorTargets.Find(EmulatorTargets.HostArchitecture) is { } emulator ? await Hypervisor.HostInformation.EmulatorAsync(emulator, cancellationToken).ConfigureAwait(false) : null;
        var told = qemu?.Sev?.ToParameters() ?? throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "QEMU does not support SEV guest");
        return new NodeGetSevInfoResult(told, told.Length);
    }

    /// <inheritdoc/>
    public override async ValueTask<TypedParam[]> DomainGetLaunchSecurityInfoAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, TypedParameterFlags.ParamStringOkay, "qemuDomainGetLaunchSecurityInfo");
        var domain = Find(dom);
        if (domain.View.Config.LaunchSecurity is not { Type: LaunchSecurityType.Sev })
        {
            return [];
        }

        using var turn = await domain.EnterAsync("virDomainGetLaunchSecurityInfo", cancellationToken).ConfigureAwait(false);
        var questions = new QmpBatch();
        var measurement = questions.Add(Qmp.QuerySevMeasurement);
        var sev = questions.Add(Qmp.QuerySev);
        await domain.RequireProcess().Monitor.ExecuteAsync(questions, QmpMonitor.DefaultDeadline, cancellationToken).ConfigureAwait(false);
        return
        [
            TypedParam.Of("sev-measurement", measurement()),
            TypedParam.Of("sev-api-major", sev().ApiMajor),
            TypedParam.Of("sev-api-minor", sev().ApiMinor),
            TypedParam.Of("sev-build-id", sev().BuildId),
            TypedParam.Of("sev-policy", sev().Policy),
        ];
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetLaunchSecurityStateAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSetLaunchSecurityState");
        TypedParams.Check(@params, (SecretHeader, TypedParameterType.String), (Secret, TypedParameterType.String), (SecretAddress, TypedParameterType.Ullong));
        var domain = Find(dom);
        if (domain.View.Config.LaunchSecurity is not { Type: LaunchSecurityType.Sev })
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "setting a launch secret is only supported in SEV-enabled domains");
        }

        if (Given(@params, SecretHeader)?.Text is not { } header || Given(@params, Secret)?.Text is not { } secret)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "Both secret and the secret header are required");
        }

        using var turn = await domain.EnterAsync("virDomainSetLaunchSecurityState", cancellationToken).ConfigureAwait(false);
        var view = RequireActive(domain);
        var qemu = await Hypervisor.HostInformation.EmulatorAsync(view.Config.Devices.Emulator ?? EmulatorTargets.For(view.Config.Os.Type?.Arch), cancellationToken).ConfigureAwait(false);
        if (!qemu.HasCommand(Qmp.InjectLaunchSecretName))
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "QEMU does not support setting a launch secret");
        }

        if (view.State != DomainState.Paused)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain must be in a paused state");
        }

        await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.InjectLaunchSecret(header, secret, Given(@params, SecretAddress)?.Unsigned), cancellationToken).ConfigureAwait(false);
    }

    private static TypedParam? Given(TypedParam[] all, string field)
    {
        var place = Array.FindIndex(all, parameter => parameter.Field == field);
        return place < 0 ? null : all[place];
    }
}
