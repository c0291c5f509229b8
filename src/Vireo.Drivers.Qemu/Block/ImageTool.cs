using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>What a check of an image found.</summary>
/// <param name="Corruptions">How many errors that can cost data.</param>
/// <param name="Leaks">How many clusters that take space and hold nothing.</param>
/// <param name="Errors">How many parts could not be checked.</param>
internal sealed record ImageCheck(long Corruptions, long Leaks, long Errors);

/// <summary>Changes images that no hypervisor has open, and copies those that stand still, by qemu-img: it knows the formats best, and locks what it writes.</summary>
internal static class ImageTool
{
    private const string Program = "qemu-img";
    private const int LongestComplaint = 4096;
    private const int CheckUnsupported = 63;

    /// <summary>Moves all data from <paramref name="top"/> down to <paramref name="bottom"/> into the latter. Can be repeated when it was cut short.</summary>
    /// <param name="top">The uppermost image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="bottom">An image of its backing chain.</param>
    /// <param name="progress">Told how much is done, from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it; the images between are still whole when read from <paramref name="top"/>.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static Task CommitAsync(string top, ImageFormat format, string bottom, Action<double> progress, CancellationToken cancellationToken) =>
        RunAsync(["commit", "-p", "-d", "-f", format.QemuDriver(), "-b", bottom, top], progress, cancellationToken);

    /// <summary>Fills <paramref name="image"/> with what it needs from the images between it and its new backing file.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="below">What it stands on afterwards; null for nothing.</param>
    /// <param name="progress">Told how much is done, from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it; the image stands on what it stood on.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static Task RebaseAsync(string image, ImageFormat format, ImageLayer? below, Action<double> progress, CancellationToken cancellationToken) =>
        RunAsync(["rebase", "-p", "-f", format.QemuDriver(), .. Backing(below), image], progress, cancellationToken);

    /// <summary>Has <paramref name="image"/> name another backing file that holds the same bytes.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="below">What it stands on afterwards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static Task RenameBackingAsync(string image, ImageFormat format, ImageLayer below, CancellationToken cancellationToken) =>
        RunAsync(["rebase", "-q", "-u", "-f", format.QemuDriver(), .. Backing(below), image], null, cancellationToken);

    /// <summary>Copies what a chain holds into one image that stands on nothing. The copy is complete when this returns; it is not on stable storage.</summary>
    /// <param name="chain">The chain; nobody writes to it, unless <paramref name="snapshot"/> is given.</param>
    /// <param name="snapshot">The internal snapshot of its top that is copied, instead of what the top holds now; null for the latter.</param>
    /// <param name="copy">The copy, an empty file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="progress">Told how much is done, from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it; the copy is not whole then.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static Task CopyAsync(ImageChain chain, InternalSnapshot? snapshot, string copy, ImageFormat format, Action<double> progress, CancellationToken cancellationToken)
    {
        // A guest may write to the image meanwhile, but never to clusters that a snapshot within it holds: those are copied first.
        string[] within = snapshot is null ? [] : ["-l", Numbered(snapshot)];
        return RunAsync(["convert", "-p", .. within, "-O", format.QemuDriver(), BlockNodeJson.ForTool(chain, shared: snapshot is not null), copy], progress, cancellationToken);
    }

    /// <summary>Copies a file as it is, with all that an image holds within it. The copy is complete when this returns; it is not on stable storage.</summary>
    /// <param name="from">The file; nobody writes to it.</param>
    /// <param name="copy">The copy, an empty file.</param>
    /// <param name="progress">Told how much is done, from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it; the copy is not whole then.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static Task CopyFileAsync(string from, string copy, Action<double> progress, CancellationToken cancellationToken) =>
        RunAsync(["convert", "-p", "-U", "-f", "raw", "-O", "raw", from, copy], progress, cancellationToken);

    /// <summary>An internal snapshot as QEMU's tools are told which to load: by its number, so that no name is taken for it.</summary>
    public static string Numbered(InternalSnapshot snapshot) => "snapshot.id=" + snapshot.Id.Replace(",", ",,", StringComparison.Ordinal);

    /// <summary>Makes an internal snapshot.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says; the image is unchanged.</exception>
    public static Task TakeSnapshotAsync(TaggedImage image, CancellationToken cancellationToken) => SnapshotAsync("-c", image.Tag, image.Path, cancellationToken);

    /// <summary>Brings an image back to one of its internal snapshots. Can be repeated.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the image has none of that name; what qemu-img says.</exception>
    public static Task ApplySnapshotAsync(TaggedImage image, CancellationToken cancellationToken)
    {
        // qemu-img takes what it is given for a number first: only the number means this one and no other.
        var found = InternalSnapshot.Find(image.Path, image.Tag)
            ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"image '{image.Path}' of disk {image.Target} does not hold internal snapshot '{image.Tag}'");
        return SnapshotAsync("-a", found.Id, image.Path, cancellationToken);
    }

    /// <summary>Removes an internal snapshot; nothing when the image has none of that name.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static async Task RemoveSnapshotAsync(TaggedImage image, CancellationToken cancellationToken)
    {
        // For this one it knows names alone.
        if (InternalSnapshot.Find(image.Path, image.Tag) is not null)
        {
            await SnapshotAsync("-d", image.Tag, image.Path, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives clusters free that a hypervisor had taken but not used when it died. Nobody has the image open.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static Task RepairLeaksAsync(string path) => RunAsync(["check", "-q", "-r", "leaks", "-f", "qcow2", path], null, CancellationToken.None);

    // Named by its options, the image is never taken for another format than it was said to have.
    private static Task SnapshotAsync(string what, string tag, string path, CancellationToken cancellationToken)
    {
        var driver = FileStatus.TryOf(path)?.Kind == FileKind.BlockDevice ? "host_device" : "file";
        return RunAsync(["snapshot", "-q", what, tag, "--image-opts", $"driver=qcow2,file.driver={driver},file.filename={path.Replace(",", ",,", StringComparison.Ordinal)}"], null, cancellationToken);
    }

    /// <summary>Size of the disk in an image, in bytes.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static async Task<long> SizeAsync(ImageLayer image, CancellationToken cancellationToken)
    {
        var told = "";
        async Task ReadAsync(StreamReader output) => told = await output.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
        await RunReadingAsync(["info", "-U", "--output=json", "json:" + BlockNodeJson.ForLayer(image, 1, null, new DiskAccess { ReadOnly = true })], ReadAsync, cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(told);
        return document.RootElement.GetProperty("virtual-size").GetInt64();
    }

    /// <summary>Checks the structure of an image by itself, whatever it stands on.</summary>
    /// <param name="image">The image.</param>
    /// <param name="freeLeaks">Whether clusters that nothing uses are freed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found; null when another process writes to the image, so that nobody can tell, or has it open when it is to be written.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static async Task<ImageCheck?> CheckAsync(ImageLayer image, bool freeLeaks, CancellationToken cancellationToken)
    {
        var told = "";
        async Task ReadAsync(StreamReader output) => told = await output.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
        string[] repair = freeLeaks ? ["-r", "leaks"] : [];
        var node = "json:" + BlockNodeJson.ForLayer(image, 1, null, new DiskAccess { ReadOnly = !freeLeaks });

        // Without -U: QEMU's own locks tell whether anybody writes to it.
        var (code, said) = await ExecuteAsync(["check", "--output=json", .. repair, node], ReadAsync, cancellationToken).ConfigureAwait(false);
        if (code == CheckUnsupported)
        {
            return new ImageCheck(0, 0, 0);
        }

        if (told.Length > 0)
        {
            using var document = JsonDocument.Parse(told);
            long Number(string name) => document.RootElement.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
            return new ImageCheck(Number("corruptions"), Number("leaks"), Number("check-errors"));
        }

        return said.Contains("lock", StringComparison.Ordinal) && said.Contains("Is another process using the image", StringComparison.Ordinal)
            ? null
            : throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{Program} check of '{image.Location.Display}' failed: {said}");
    }

    private static string[] Backing(ImageLayer? below) => below is null
        ? ["-b", ""]
        : ["-b", below.Location.LocalPath ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"'{below.Location.Display}' is no file or block device"), "-F", below.Format.QemuDriver()];

    private static Task RunAsync(string[] arguments, Action<double>? progress, CancellationToken cancellationToken) =>
        RunReadingAsync(arguments, output => FollowAsync(output, progress), cancellationToken);

    private static async Task RunReadingAsync(string[] arguments, Func<StreamReader, Task> read, CancellationToken cancellationToken)
    {
        var (code, said) = await ExecuteAsync(arguments, read, cancellationToken).ConfigureAwait(false);
        if (code != 0)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{Program} {arguments[0]} of '{arguments[^1]}' failed: {said}");
        }
    }

    private static async Task<(int ExitCode, string Complaint)> ExecuteAsync(string[] arguments, Func<StreamReader, Task> read, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Start(start);
        process.StandardInput.Close();
        var complaint = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = read(process.StandardOutput);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await output.ConfigureAwait(false);
        var said = (await complaint.ConfigureAwait(false)).Trim();
        return (process.ExitCode, said.Length > LongestComplaint ? said[..LongestComplaint] : said);
    }

    /// <summary>Reads what qemu-img says of its progress: <c>    (12.50/100%)</c>, each time over the last.</summary>
    private static async Task FollowAsync(StreamReader output, Action<double>? progress)
    {
        var buffer = new char[256];
        while (await output.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
        {
            var text = buffer.AsSpan(0, read);
            var end = text.LastIndexOf("/100%");
            var start = end < 0 ? -1 : text[..end].LastIndexOf('(');
            if (start >= 0 && double.TryParse(text[(start + 1)..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent))
            {
                progress?.Invoke(percent / 100);
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.NativeErrorCode, $"cannot run {Program}, which changes images; install the package that has it: {e.Message}", e);
        }
    }
}
