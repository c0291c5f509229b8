using Vireo.Config;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>How the guests of a daemon are kept apart from the host and from each other: as whom they run, and whose their files are meanwhile.</summary>
internal sealed class GuestSecurity
{
    private const string None = "none";
    private const string UsualAccount = "libvirt-qemu";
    private const string UsualTpmAccount = "tss";
    private readonly QemuSettings _settings;
    private readonly bool _privileged;
    private readonly HostAccount? _account;

    private GuestSecurity(QemuSettings settings, bool privileged, HostAccount? account) => (_settings, _privileged, _account) = (settings, privileged, account);

    /// <summary>Nothing is done: guests run as the daemon.</summary>
    public static GuestSecurity Off { get; } = new(new QemuSettings(), privileged: false, account: null);

    /// <summary>As whom guests run that do not say; null when that is the daemon's user and nobody can be another.</summary>
    public DacLabel? Default => _privileged ? OwnerBy(_account).Label : null;

    /// <summary>As whom emulated TPMs run; null for the daemon's own user.</summary>
    public HostAccount? TpmAccount { get; private init; }

    /// <summary>What the operator wants.</summary>
    /// <param name="settings">What is set.</param>
    /// <param name="privileged">Whether the daemon serves the whole host; else its guests are its user's.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is no such user or group.</exception>
    public static GuestSecurity Of(QemuSettings settings, bool privileged)
    {
        if (!privileged)
        {
            return Off;
        }

        return new(settings, privileged, Account(settings.User, settings.Group, UsualAccount)) { TpmAccount = Account(settings.TpmUser, settings.TpmGroup, UsualTpmAccount) };
    }

    // Null where neither is set and the host does not have the usual one.
    private static HostAccount? Account(string? userName, string? groupName, string usual)
    {
        var user = userName is not null ? HostAccount.FindUser(userName) ?? throw Unknown("user", userName) : HostAccount.FindUser(usual);
        var group = groupName is not null ? HostAccount.FindGroup(groupName) ?? throw Unknown("group", groupName) : HostAccount.FindGroup(usual);
        return user is null && group is null ? null : HostAccount.Of(user ?? 0, group ?? 0);
    }

    /// <summary>As whom a domain runs, and what is done for it with files.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a label of a model that the host does not have. VIR_ERR_INVALID_ARG: a label that names nobody.</exception>
    public GuestOwner OwnerOf(DomainConfig config)
    {
        if (config.Seclabels.Find(label => label.Model is not (null or None or DacLabel.Model) || (!_privileged && label.Model == DacLabel.Model)) is { } unknown)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Security, $"Security driver model '{unknown.Model}' is not available");
        }

        if (!_privileged)
        {
            return GuestOwner.None;
        }

        var own = config.Seclabels.Find(label => label.Model == DacLabel.Model);
        var account = own is { Type: SeclabelType.Static, Label: { } text } && DacLabel.Parse(text) is var label ? HostAccount.Of(label.User, label.Group) : _account;
        return OwnerBy(account) with { Gives = _settings.DynamicOwnership && own is not { Type: SeclabelType.None } and not { Type: SeclabelType.Static, Relabel: not true } };
    }

    /// <summary>The same for a domain that runs already, whatever is set now.</summary>
    /// <param name="config">Its live document.</param>
    /// <param name="process">Whose its process is.</param>
    /// <param name="ownDevices">Whether it sees its own devices alone.</param>
    public GuestOwner OwnerOf(DomainConfig config, ProcessOwner process, bool ownDevices) => _privileged
        ? OwnerOf(config) with { Account = HostAccount.Of(process.User, process.Group), SharedDevices = ownDevices ? _settings.SharedDevices : null }
        : GuestOwner.None;

    /// <summary>The document of a domain that runs, with the label that it runs under.</summary>
    /// <param name="live">The live document.</param>
    /// <param name="process">Whose its process is.</param>
    public DomainConfig Show(DomainConfig live, ProcessOwner process)
    {
        if (!_privileged)
        {
            return live;
        }

        var text = new DacLabel(process.User, process.Group).ToString();
        var at = live.Seclabels.FindIndex(label => label.Model == DacLabel.Model);
        var own = at < 0 ? new SeclabelConfig { Type = SeclabelType.Dynamic, Model = DacLabel.Model, Relabel = true } : live.Seclabels[at];
        var shown = own.Type switch
        {
            SeclabelType.None => own,
            SeclabelType.Static => own with { Imagelabel = own.Relabel == true ? own.Label : null },
            _ => own with { Label = text, Imagelabel = text },
        };
        return live with { Seclabels = at < 0 ? live.Seclabels.Add(shown) : live.Seclabels.SetItem(at, shown) };
    }

    private GuestOwner OwnerBy(HostAccount? account) => new(account) { Gives = _settings.DynamicOwnership, Remembers = _settings.RememberOwner, Locks = _settings.LockImages, SharedDevices = _settings.OwnDevices ? _settings.SharedDevices : null };

    private static VireoException Unknown(string kind, string name) => VireoException.InvalidArgument(ErrorDomain.Security, $"Failed to parse {kind} '{name}'");
}
