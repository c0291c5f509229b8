using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>One image that a domain's documents lead to.</summary>
/// <param name="Disk">The disk it was first met at.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Format">How it is read; null when nobody says.</param>
internal sealed record SurveyedImage(string Disk, string Path, ImageFormat? Format)
{
    /// <summary>What its first bytes tell; null when it cannot be read.</summary>
    public ImageProbe? Probe { get; init; }

    /// <summary>What it stands on by its own header; null for nothing.</summary>
    public (ImageLocation Location, ImageFormat? Format)? Below { get; init; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public VireoException? Problem { get; init; }

    /// <summary>The snapshots that need it.</summary>
    public HashSet<string> Snapshots { get; } = new(StringComparer.Ordinal);

    /// <summary>It, for those who open it.</summary>
    public ImageLayer Layer => new(Probe!.Kind == FileKind.BlockDevice ? new BlockDeviceLocation(Path) : new FileLocation(Path), Probe.Format) { Identity = Probe.Identity };
}

/// <summary>Walks the chains of a domain and of its snapshots; what several share is looked at once, and what cannot be read ends a chain and not the walk.</summary>
internal sealed class ImageSurvey
{
    private readonly Dictionary<(string Path, ImageFormat? Format), SurveyedImage> _images = [];

    /// <summary>Every image found, in the order in which they were met.</summary>
    public IReadOnlyCollection<SurveyedImage> Images => _images.Values;

    /// <summary>Which files they are.</summary>
    public HashSet<FileIdentity> Identities => [.. Images.Where(i => i.Probe is not null).Select(i => i.Probe!.Identity)];

    /// <summary>Adds the chains of a document's disks.</summary>
    /// <param name="config">The document.</param>
    /// <param name="snapshot">The snapshot whose it is; null for the domain's own.</param>
    /// <param name="findings">Told where a chain is not what the document says, and which disks are not understood.</param>
    public void Add(DomainConfig config, string? snapshot, Findings findings)
    {
        foreach (var disk in config.Devices.Disks)
        {
            try
            {
                if (disk.Location() is { } location)
                {
                    var chain = Walk(disk.Target?.Dev ?? "", location, disk.Format(), snapshot);
                    Compare(disk, chain, snapshot, findings);
                }
            }
            catch (VireoException e)
            {
                findings.Note($"not checked: {e.Message}", disk: disk.Target?.Dev);
            }
        }
    }

    /// <summary>Tells what is wrong with the images by themselves.</summary>
    public void Report(Findings findings)
    {
        foreach (var named in Images.Where(i => i.Format is not null).GroupBy(i => i.Path, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            findings.Error(
                $"documents and headers disagree about its format: {string.Join(", ", named.Select(i => i.Format!.Value.Name()))}",
                "find out which is right; a header is corrected with qemu-img rebase -u -F",
                named.SelectMany(i => i.Snapshots).Distinct(StringComparer.Ordinal),
                named.First().Disk,
                named.Key);
        }

        foreach (var image in Images)
        {
            if (image.Problem is { } problem)
            {
                var missing = image.Probe is null && FileIdentity.Of(image.Path) is null;
                findings.Error(
                    missing ? "the image is missing" : problem.Message,
                    missing
                        ? "bring the file back; if it is lost, so is what stands on it: forget those snapshots (snapshot-delete --metadata)"
                        : "bring back a good copy of the file, or correct what names it",
                    image.Snapshots,
                    image.Disk,
                    image.Path);
            }
            else if (image.Probe?.Qcow2?.Corrupt == true)
            {
                findings.Error("QEMU marked the image as corrupt", "look at it with qemu-img check, on a copy", image.Snapshots, image.Disk, image.Path);
            }
            else if (image is { Format: ImageFormat.Raw } && ImageProbe.Read(image.Path) is { Format: not ImageFormat.Raw and var looks })
            {
                findings.Warning($"the image is said to be raw, but looks like {looks.Name()}", "if the guest did not write it so, correct the format in what names it", image.Snapshots, image.Disk, image.Path);
            }
        }
    }

    /// <summary>The image of that file; null when nothing led to it.</summary>
    public SurveyedImage? Find(string path) => Images.FirstOrDefault(i => i.Path == path);

    /// <summary>The paths of the image and of all below it, as far as they can be followed.</summary>
    public IEnumerable<string> Chain(SurveyedImage top)
    {
        var depth = 0;
        for (SurveyedImage? image = top; image is not null && depth++ < ChainReader.MaxDepth;)
        {
            yield return image.Path;
            image = image.Below is { } below && below.Location.LocalPath is { } path ? _images.GetValueOrDefault((path, below.Format)) : null;
        }
    }

    private List<SurveyedImage> Walk(string disk, ImageLocation top, ImageFormat format, string? snapshot)
    {
        var chain = new List<SurveyedImage>();
        (ImageLocation Location, ImageFormat? Format)? next = (top, format);
        while (next is { } image && image.Location.LocalPath is { } path)
        {
            if (!_images.TryGetValue((path, image.Format), out var found))
            {
                _images[(path, image.Format)] = found = Look(disk, path, image.Format);
            }

            if (chain.Contains(found) || chain.Count >= ChainReader.MaxDepth)
            {
                var last = chain[^1];
                var why = chain.Contains(found) ? $"the chain comes back to '{path}'" : $"the chain goes on below {ChainReader.MaxDepth} images";
                _images[(last.Path, last.Format)] = last with { Problem = VireoException.Internal(ErrorDomain.Storage, why) };
                break;
            }

            if (snapshot is not null)
            {
                found.Snapshots.Add(snapshot);
            }

            chain.Add(found);
            next = found.Below;
        }

        return chain;
    }

    private static SurveyedImage Look(string disk, string path, ImageFormat? format)
    {
        var image = new SurveyedImage(disk, path, format);
        try
        {
            image = image with { Probe = ImageProbe.Read(path, format) };
            if (format is null && image.Probe.Format != ImageFormat.Raw)
            {
                throw VireoException.OperationInvalid(ErrorDomain.Storage, "the image that stands on it does not say its format: give it with qemu-img rebase -u -F");
            }

            if (image.Probe.Qcow2?.BackingFile is not { } name)
            {
                return image;
            }

            var below = BackingName.Resolve(name, image.Layer.Location, out var named);
            var text = image.Probe.Qcow2.BackingFormat ?? named;
            return text is null || ImageFormats.FromName(text) is not null
                ? image with { Below = (below, text is null ? null : ImageFormats.FromName(text)) }
                : throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"it says that its backing file '{below.Display}' has the unknown format '{text}'");
        }
        catch (VireoException e)
        {
            return image with { Problem = e };
        }
    }

    /// <summary>A document that writes its chain out must agree with the headers.</summary>
    private static void Compare(DiskConfig disk, List<SurveyedImage> chain, string? snapshot, Findings findings)
    {
        var store = disk.BackingStore;
        for (var i = 0; i < chain.Count && chain[i].Problem is null && store is not null; i++, store = store.Backing)
        {
            var (said, format) = (store.Source?.File ?? store.Source?.Dev, store.Format?.Type);
            var (found, real) = (chain[i].Below?.Location.LocalPath, chain[i].Below?.Format?.Name());
            if (store.Source is not null && said is null)
            {
                return;
            }

            if ((said is null) != (found is null) || (said is not null && said != found && FileIdentity.Of(said) != FileIdentity.Of(found!)) || (format is not null && real is not null && format != real))
            {
                findings.Warning(
                    $"its header says that it stands on {Text(found, real)}, the document on {Text(said, format)}",
                    "find out which is right; what the header names is what QEMU reads when the domain starts",
                    snapshot is null ? [] : [snapshot],
                    disk.Target?.Dev,
                    chain[i].Path);
                return;
            }
        }
    }

    private static string Text(string? path, string? format) => path is null ? "nothing" : $"'{path}' ({format ?? "no format"})";
}
