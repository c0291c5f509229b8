using System.Text;
using Vireo.Host.Files;

namespace Vireo.Host.Tests.Files;

// Armed faults hold for all writes of this process.
[Collection("writes and faults")]
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task WritesReplacesAndLeavesNothingElse()
    {
        await AtomicFile.WriteTextAsync(_directory["a.xml"], "old");
        await AtomicFile.WriteTextAsync(_directory["a.xml"], "new", durable: false);
        File.ReadAllText(_directory["a.xml"]).ShouldBe("new");
        File.GetUnixFileMode(_directory["a.xml"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([_directory["a.xml"]]);
    }

    [Fact]
    public async Task TheModeIsExact()
    {
        await AtomicFile.WriteTextAsync(_directory["a"], "x", mode: 0x1B6);
        ((int)File.GetUnixFileMode(_directory["a"])).ShouldBe(0x1B6);
    }

    [Fact]
    public async Task ABatchThatCannotBeWrittenChangesNothing()
    {
        await AtomicFile.WriteTextAsync(_directory["a"], "old");
        FileWrite[] batch = [new(_directory["a"], Encoding.UTF8.GetBytes("new")), new(_directory["missing/b"], Encoding.UTF8.GetBytes("new"))];
        var error = await Should.ThrowAsync<VireoException>(() => AtomicFile.WriteAllAsync(batch));
        error.Message.ShouldBe($"Failed to create file '{_directory["missing/b"]}': No such file or directory");
        File.ReadAllText(_directory["a"]).ShouldBe("old");
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([_directory["a"]]);
    }

    [Fact]
    public async Task ABatchIsWrittenWhole()
    {
        Directory.CreateDirectory(_directory["sub"]);
        var big = new byte[3_000_000];
        Random.Shared.NextBytes(big);
        await AtomicFile.WriteAllAsync([new(_directory["a"], big), new(_directory["sub/b"], Encoding.UTF8.GetBytes("b"))]);
        File.ReadAllBytes(_directory["a"]).ShouldBe(big);
        File.ReadAllText(_directory["sub/b"]).ShouldBe("b");
    }

    [Fact]
    public async Task RemovesAndTellsWhetherThereWasAny()
    {
        await AtomicFile.WriteTextAsync(_directory["a"], "x");
        (await AtomicFile.RemoveAsync(_directory["a"])).ShouldBeTrue();
        (await AtomicFile.RemoveAsync(_directory["a"])).ShouldBeFalse();
    }

    [Fact]
    public void SweepsWhatAKilledWriterLeft()
    {
        File.WriteAllText(_directory[".a.xml.0000000000000001.vireo-new"], "half");
        File.WriteAllText(_directory["a.xml"], "whole");
        AtomicFile.RemoveLeftovers(_directory.Path);
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([_directory["a.xml"]]);
    }

    [Fact]
    public void ALockIsHeldByOne()
    {
        using (LockFile.Acquire(_directory["pid"]))
        {
            var error = Should.Throw<VireoException>(() => LockFile.Acquire(_directory["pid"]));
            error.Number1.ShouldBe(11);
            error.Message.ShouldContain($"held by process {Environment.ProcessId}");
        }

        LockFile.Acquire(_directory["pid"]).Dispose();
    }
}
