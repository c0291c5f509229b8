using System.Globalization;
using System.Text;
using Vireo.Host.Files;

namespace Vireo.Host.Tests.Files;

public sealed class RotatedLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vireo-log-").FullName;

    private string Log => Path.Combine(_directory, "guest.log");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Nothing_that_is_written_meanwhile_is_lost_and_the_writer_never_opens_it_again()
    {
        const int Lines = 40_000;
        var rotated = new RotatedLog(Log, 64 << 10, 1000);
        using var writer = HostFile.OpenLog(Log);
        var writing = Task.Run(
            () =>
            {
                using var stream = new FileStream(writer, FileAccess.Write, bufferSize: 0);
                for (int i = 0; i < Lines; i++)
                {
                    // Faster than it is rotated, and its beginning would be given up.
                    SpinWait.SpinUntil(() => new FileInfo(Log).Length < 100_000);
                    stream.Write(Encoding.ASCII.GetBytes($"line {i}\n"));
                }
            },
            TestContext.Current.CancellationToken);
        int rotations = 0;
        while (!writing.IsCompleted) rotations += rotated.RotateIfFull() ? 1 : 0;
        await writing;

        rotations.ShouldBeGreaterThan(1);
        string all = string.Concat(Enumerable.Range(0, rotations).Reverse().Select(i => $"{Log}.{i}").Append(Log).Select(File.ReadAllText));
        (all == string.Concat(Enumerable.Range(0, Lines).Select(i => string.Create(CultureInfo.InvariantCulture, $"line {i}\n")))).ShouldBeTrue();
    }

    [Fact]
    public void No_more_are_kept_than_wanted_and_of_one_that_grew_unseen_the_end()
    {
        var rotated = new RotatedLog(Log, 8192, 2);
        for (int i = 0; i < 4; i++)
        {
            File.AppendAllText(Log, new string((char)('a' + i), 4096 * 10));
            rotated.RotateIfFull().ShouldBeTrue();
        }

        rotated.RotateIfFull().ShouldBeFalse();
        Directory.EnumerateFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["guest.log", "guest.log.0", "guest.log.1"]);
        File.ReadAllText(Log + ".0").ShouldBe(new string('d', 16384));
        File.ReadAllText(Log + ".1").ShouldBe(new string('c', 16384));
        new FileInfo(Log).Length.ShouldBe(0);
        File.WriteAllText(Log, new string('x', 1 << 20));
        new RotatedLog(Log, 0, 2).RotateIfFull().ShouldBeFalse();
    }
}
