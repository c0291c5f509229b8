using System.Globalization;
using Vireo.Config;
using Vireo.Host.Processes;
using Vireo.Host.Security;

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
    private readonly AppArmor? _appArmor;

    private GuestSecurity(QemuSettings settings, bool privileged, HostAccount? account, AppArmor? appArmor) => (_settings, _privileged, _account, _appArmor) = (settings, privileged, account, appArmor);

    /// <summary>Nothing is done: guests run as the daemon.</summary>
    public static GuestSecurity Off { get; } = new(new QemuSettings(), privileged: false, account: null, appArmor: null);

    /// <summary>As whom guests run that do not say; null when that is the daemon's user and nobody can be another.</summary>
    public DacLabel? Default => _privileged ? OwnerBy(_account).Label : null;

    /// <summary>Whether guests are confined by profiles that the daemon makes.</summary>
    public bool Confines => _appArmor is not null;

    /// <summary>As whom emulated TPMs run; null for the daemon's own user.</summary>
    public HostAccount? TpmAccount { get; private init; }

    /// <summary>What the operator wants.</summary>
    /// <param name="settings">What is set.</param>
    /// <param name="privileged">Whether the daemon serves the whole host; else its guests are its user's.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is no such user or group; VIR_ERR_CONFIG_UNSUPPORTED: a model that the host does not have.</exception>
    public static GuestSecurity Of(QemuSettings settings, bool privileged) => Of(settings, privileged, AppArmor.OfHost);

    /// <inheritdoc cref="Of(QemuSettings, bool)"/>
    /// <param name="settings">What is set.</param>
    /// <param name="privileged">Whether the daemon serves the whole host.</param>
    /// <param name="appArmor">Finds what confines processes; null where the host has none.</param>
    public static GuestSecurity Of(QemuSettings settings, bool privileged, Func<AppArmor?> appArmor)
    {
        if (!privileged)
        {
            return Off;
        }

        return new(settings, privileged, Account(settings.User, settings.Group, UsualAccount), Confining(settings.SecurityModels, appArmor)) { TpmAccount = Account(settings.TpmUser, settings.TpmGroup, UsualTpmAccount) };
    }

    private static AppArmor? Confining(IReadOnlyList<string>? wanted, Func<AppArmor?> host)
    {
        if (wanted?.FirstOrDefault(model => model is not (GuestConfinement.Model or DacLabel.Model or None)) is { } unknown)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Security, $"Security driver {unknown} not enabled");
        }

        return wanted is null ? host()
            : !wanted.Contains(GuestConfinement.Model) ? null
            : host() ?? throw VireoException.ConfigUnsupported(ErrorDomain.Security, $"Security driver {GuestConfinement.Model} not enabled");
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
    /// <param name="config">The domain's document.</param>
    /// <param name="beside">The number of the run, when another of the domain's goes on meanwhile: each has a profile of its own.</param>
    public GuestOwner OwnerOf(DomainConfig config, int? beside = null)
    {
        if (config.Seclabels.Find(label => !Knows(label.Model)) is { } unknown)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Security, $"Security driver model '{unknown.Model}' is not available");
        }

        return _privileged ? Owned(config) with { Confinement = ConfinementOf(config, beside) } : GuestOwner.None;
    }

    private GuestOwner Owned(DomainConfig config)
    {
        var own = config.Seclabels.Find(label => label.Model == DacLabel.Model);
        var account = own is { Type: SeclabelType.Static, Label: { } text } && DacLabel.Parse(text) is var label ? HostAccount.Of(label.User, label.Group) : _account;
        return OwnerBy(account) with { Gives = _settings.DynamicOwnership && own is not { Type: SeclabelType.None } and not { Type: SeclabelType.Static, Relabel: not true } };
    }

    private bool Knows(string? model) => model is null or None || (model == DacLabel.Model && _privileged) || (model == GuestConfinement.Model && Confines);

    private GuestConfinement? ConfinementOf(DomainConfig config, int? beside)
    {
        if (!Confines)
        {
            return null;
        }

        // One without a model is of the first that the host has.
        var own = config.Seclabels.Find(label => label.Model == GuestConfinement.Model) ?? config.Seclabels.Find(label => label.Model is null or None);
        if (own?.Type == SeclabelType.None || (own is null && !_settings.ConfinesByDefault))
        {
            return _settings.RequiresConfinement ? throw VireoException.ConfigUnsupported(ErrorDomain.Security, "Unconfined guests are not allowed on this host") : null;
        }

        if (own?.Baselabel is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Security, "Cannot set a base label with AppArmour");
        }

        return own is { Type: SeclabelType.Static, Label: { } label } ? new(label, Maker: null)
            : new(string.Create(CultureInfo.InvariantCulture, $"libvirt-{config.Uuid}{(beside is { } id ? $".{id}" : "")}"), _appArmor);
    }

    /// <summary>The same for a domain that runs already, whatever is set now.</summary>
    /// <param name="config">Its live document.</param>
    /// <param name="pid">Its process.</param>
    /// <param name="directory">The run's directory.</param>
    public GuestOwner OwnerOf(DomainConfig config, int pid, string directory)
    {
        if (!_privileged || ProcessOwner.Of(pid) is not { } process)
        {
            return GuestOwner.None;
        }

        return Owned(config) with
        {
            Account = HostAccount.Of(process.User, process.Group),
            SharedDevices = GuestPlaces.HasOwnDevices(directory) ? _settings.SharedDevices : null,
            Confinement = AppArmor.LabelOf(pid) is { } label ? new(label.Profile, RunProfile.IsMade(directory, label.Profile) ? _appArmor ?? AppArmor.OfHost() : null) : null,
        };
    }

    /// <summary>The document of a domain that runs, with the label that it runs under.</summary>
    /// <param name="live">The live document.</param>
    /// <param name="pid">Its process.</param>
    public DomainConfig Show(DomainConfig live, int pid) => _privileged && ProcessOwner.Of(pid) is { } process ? Show(live, process, Confines ? AppArmor.LabelOf(pid) : null) : live;

    /// <inheritdoc cref="Show(DomainConfig, int)"/>
    /// <param name="live">The live document.</param>
    /// <param name="process">Whose its process is.</param>
    /// <param name="confined">What confines it.</param>
    public DomainConfig Show(DomainConfig live, ProcessOwner process, AppArmorLabel? confined)
    {
        if (!_privileged)
        {
            return live;
        }

        var shown = Show(live, new SeclabelConfig { Type = SeclabelType.Dynamic, Model = DacLabel.Model, Relabel = true }, new DacLabel(process.User, process.Group).ToString(), first: false);
        return confined is { } label ? Show(shown, new SeclabelConfig { Type = SeclabelType.Dynamic, Model = GuestConfinement.Model, Relabel = true }, label.Profile, first: true) : shown;
    }

    private static DomainConfig Show(DomainConfig live, SeclabelConfig usual, string text, bool first)
    {
        var at = live.Seclabels.FindIndex(label => label.Model == usual.Model);
        var own = at < 0 ? usual : live.Seclabels[at];
        var shown = own.Type switch
        {
            SeclabelType.None => own,
            SeclabelType.Static => own with { Imagelabel = own.Relabel == true ? own.Label : null },
            _ => own with { Label = text, Imagelabel = text },
        };
        return live with { Seclabels = at >= 0 ? live.Seclabels.SetItem(at, shown) : first ? [shown, .. live.Seclabels] : live.Seclabels.Add(shown) };
    }

    /// <summary>The labels of a running domain's process, in the order of the host's models; those of models that put none on it are empty.</summary>
    /// <param name="pid">The process.</param>
    public IReadOnlyList<(string Text, bool IsEnforced)> LabelsOf(int pid)
    {
        var confined = Confines ? AppArmor.LabelOf(pid) : null;
        var first = confined is { } label ? (label.Profile, label.IsEnforced) : ("", false);
        return ProcessOwner.Of(pid) is not { } owner ? [] : [first, ($"+{owner.User}:+{owner.Group}", false)];
    }

    private GuestOwner OwnerBy(HostAccount? account) => new(account) { Gives = _settings.DynamicOwnership, Remembers = _settings.RememberOwner, Locks = _settings.LockImages, SharedDevices = _settings.OwnDevices ? _settings.SharedDevices : null };

    private static VireoException Unknown(string kind, string name) => VireoException.InvalidArgument(ErrorDomain.Security, $"Failed to parse {kind} '{name}'");
}
