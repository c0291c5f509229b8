using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>
/// The figures of a domain that does not run. They change with its document and with what lies on the disk alone, so they are kept, and the next time only looked
/// after: of thousands of domains few have changed.
/// </summary>
internal sealed class StillFigures
{
    private readonly DomainView _view;
    private readonly DomainStatsTypes _groups;
    private readonly StillImage[] _images;
    private readonly TypedParam[] _told;

    private StillFigures(DomainView view, DomainStatsTypes groups, ImageLooks looks)
    {
        _view = view;
        _groups = groups;
        _images = groups.HasFlag(DomainStatsTypes.Block) ? [.. view.Config.Devices.Disks.Select(disk => StillImage.Of(disk, looks, DateTimeOffset.UtcNow))] : [];
        _told = Gather();
    }

    /// <summary>Those of a domain. Reads files.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="view">What is known of it.</param>
    /// <param name="groups">The groups asked for.</param>
    /// <param name="looks">Looks at its images.</param>
    public static TypedParam[] Of(QemuDomain domain, DomainView view, DomainStatsTypes groups, ImageLooks looks)
    {
        var kept = domain.StillFigures;
        if (kept is null || !kept.Holds(view, groups, looks))
        {
            domain.StillFigures = kept = new StillFigures(view, groups, looks);
        }

        return kept._told;
    }

    private bool Holds(DomainView view, DomainStatsTypes groups, ImageLooks looks)
    {
        if (!ReferenceEquals(view, _view) || groups != _groups)
        {
            return false;
        }

        foreach (var image in _images)
        {
            if (!image.Holds(looks))
            {
                return false;
            }
        }

        return true;
    }

    private TypedParam[] Gather()
    {
        List<TypedParam> told = [];
        if (_groups.HasFlag(DomainStatsTypes.State))
        {
            told.AddRange(DocumentFigures.State(_view));
        }

        if (_groups.HasFlag(DomainStatsTypes.Balloon))
        {
            told.AddRange(DocumentFigures.Memory(_view));
        }

        if (_groups.HasFlag(DomainStatsTypes.Vcpu))
        {
            told.AddRange(DocumentFigures.Vcpus(_view));
        }

        if (_groups.HasFlag(DomainStatsTypes.Block))
        {
            told.AddRange(DiskFigures.Still(_view.Config, _images));
        }

        return [.. told];
    }
}
