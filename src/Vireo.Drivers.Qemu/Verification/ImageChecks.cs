using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>Has qemu-img check the structure of every image that nobody writes to.</summary>
/// <param name="survey">The images.</param>
/// <param name="written">Those that guests have open for writing.</param>
/// <param name="others">Those that other domains need: never repaired from here.</param>
/// <param name="findings">Told what is wrong.</param>
internal sealed class ImageChecks(ImageSurvey survey, IReadOnlyCollection<FileIdentity> written, IReadOnlyCollection<FileIdentity> others, Findings findings)
{
    /// <summary>Checks them, one after the other.</summary>
    /// <param name="repair">Whether clusters that nothing uses are freed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RunAsync(bool repair, CancellationToken cancellationToken)
    {
        foreach (var image in survey.Images.Where(i => i.Problem is null && i.Probe!.Format != ImageFormat.Raw).DistinctBy(i => i.Probe!.Identity))
        {
            if (written.Contains(image.Probe!.Identity))
            {
                findings.Note("not checked: a guest that runs writes to it", image.Path, image.Disk);
            }
            else if (image.Probe.Qcow2?.Encryption > 0 || image.Format == ImageFormat.Luks)
            {
                findings.Note("not checked: it is encrypted", image.Path, image.Disk);
            }
            else
            {
                await CheckAsync(image, repair && !others.Contains(image.Probe.Identity), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask CheckAsync(SurveyedImage image, bool repair, CancellationToken cancellationToken)
    {
        try
        {
            if (await ImageTool.CheckAsync(image.Layer, freeLeaks: false, cancellationToken).ConfigureAwait(false) is not { } check)
            {
                findings.Note("not checked: another process writes to it", image.Path, image.Disk);
                return;
            }

            if (check.Corruptions > 0 || check.Errors > 0)
            {
                findings.Error(
                    $"its structure is damaged ({check.Corruptions} errors found, {check.Errors} parts could not be checked)",
                    "bring back a good copy, or repair a copy of it with qemu-img check -r all",
                    image.Snapshots,
                    image.Disk,
                    image.Path);
            }
            else if (check.Leaks > 0)
            {
                var repaired = repair && await ImageTool.CheckAsync(image.Layer, freeLeaks: true, cancellationToken).ConfigureAwait(false) is { Leaks: 0 };
                findings.Warning($"{check.Leaks} clusters take space and hold nothing", "free them with --repair while no guest uses the image", image.Snapshots, image.Disk, image.Path, repaired);
            }
        }
        catch (VireoException e)
        {
            findings.Error(e.Message, "look at the file; bring back a good copy", image.Snapshots, image.Disk, image.Path);
        }
    }
}
