namespace Vireo.Drivers.Qemu.State;

/// <summary>What a change is to change: the running guest, its definition, or both.</summary>
/// <param name="Live">The running guest.</param>
/// <param name="Config">The definition.</param>
internal readonly record struct ModificationImpact(bool Live, bool Config)
{
    private const uint LiveFlag = (uint)DomainModificationImpact.Live;
    private const uint ConfigFlag = (uint)DomainModificationImpact.Config;

    /// <summary>Reads the flags <c>virDomainModificationImpact</c>; neither of them is whatever the domain is now.</summary>
    /// <param name="view">The domain.</param>
    /// <param name="flags">The flags; others are not looked at.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: it does not run, or has no definition.</exception>
    public static ModificationImpact Of(DomainView view, uint flags)
    {
        var current = (flags & (LiveFlag | ConfigFlag)) == 0;
        var impact = new ModificationImpact((flags & LiveFlag) != 0 || (current && view.IsActive), (flags & ConfigFlag) != 0 || (current && !view.IsActive));
        if (impact.Live && !view.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Domain, "domain is not running");
        }

        return impact.Config && !view.IsPersistent ? throw VireoException.OperationInvalid(ErrorDomain.Domain, "transient domains do not have any persistent config") : impact;
    }
}
