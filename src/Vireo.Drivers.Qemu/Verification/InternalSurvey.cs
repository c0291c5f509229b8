using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>The snapshots within the images, beside those that metadata tells of.</summary>
/// <param name="tree">The domain's snapshots.</param>
/// <param name="survey">Their images.</param>
internal sealed class InternalSurvey(SnapshotTree<QemuSnapshot> tree, ImageSurvey survey)
{
    private readonly Dictionary<string, IReadOnlyList<InternalSnapshot>> _held = new(StringComparer.Ordinal);

    /// <summary>Those that no metadata tells of, by name, each with the images that hold it.</summary>
    public IReadOnlyDictionary<string, List<(SurveyedImage Image, InternalSnapshot Snapshot)>> Unknown { get; private set; } = new Dictionary<string, List<(SurveyedImage, InternalSnapshot)>>();

    /// <summary>Reads the images' tables, and tells which cannot be read and which lack what metadata says.</summary>
    public void Report(Findings findings)
    {
        foreach (var image in survey.Images.Where(i => i is { Problem: null, Probe.Format: ImageFormat.Qcow2 }))
        {
            try
            {
                _held[image.Path] = InternalSnapshot.Read(image.Path);
            }
            catch (VireoException e)
            {
                findings.Error(e.Message, "look at the image with qemu-img check, on a copy", image.Snapshots, image.Disk, image.Path);
            }
        }

        foreach (var snapshot in tree.All)
        {
            Check(snapshot, findings);
        }

        Unknown = survey.Images.Where(i => _held.ContainsKey(i.Path)).DistinctBy(i => i.Path)
            .SelectMany(i => _held[i.Path].Select(s => (Image: i, Snapshot: s))).Where(f => tree.Find(f.Snapshot.Name) is null)
            .GroupBy(f => f.Snapshot.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
    }

    private void Check(QemuSnapshot snapshot, Findings findings)
    {
        var (memory, readable) = (false, true);
        foreach (var image in InternalTags.Of(snapshot))
        {
            if (!_held.TryGetValue(image.Path, out var held))
            {
                readable = false;
            }
            else if (held.FirstOrDefault(s => s.Name == image.Tag) is { } found)
            {
                memory |= found.HasMemory;
            }
            else
            {
                findings.Error($"the image does not hold internal snapshot '{image.Tag}'", Forget, [snapshot.Name], image.Target, image.Path);
            }
        }

        if (readable && !memory && snapshot.Config.Memory?.Snapshot == SnapshotLocation.Internal)
        {
            findings.Error("no image holds its memory", Forget, [snapshot.Name]);
        }
    }

    private const string Forget = "this snapshot is lost; forget it (snapshot-delete --metadata)";
}
