using System.Text;
using Vireo.Host.Faults;
using Vireo.Host.Files;

namespace Vireo.Host.Tests.Files;

// Armed faults hold for all writes of this process.
[Collection("writes and faults")]
public sealed class ReadyFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ReadyFile _ready;

    public ReadyFileTests() => _ready = new(_directory.Path);

    public void Dispose()
    {
        _ready.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_single_write_makes_none()
    {
        await WriteAsync("a");

        _ready.Take().ShouldBeNull();
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([_directory["a"]]);
    }

    [Fact]
    public async Task The_next_of_several_writes_takes_it()
    {
        var made = await MadeAsync();

        await WriteAsync("c", mode: 0x1A4);

        File.Exists(made).ShouldBeFalse();
        File.ReadAllText(_directory["c"]).ShouldBe("c holds this");
        ((int)File.GetUnixFileMode(_directory["c"])).ShouldBe(0x1A4);
    }

    [Fact]
    public async Task It_goes_when_nobody_comes()
    {
        var made = await MadeAsync();

        await UntilAsync(() => !File.Exists(made));

        Directory.GetFileSystemEntries(_directory.Path).Order().ShouldBe([_directory["a"], _directory["b"]]);
    }

    [Fact]
    public async Task It_goes_at_the_end_and_no_other_comes()
    {
        await MadeAsync();

        _ready.Dispose();
        await WriteAsync("a");
        await WriteAsync("b");

        _ready.Take().ShouldBeNull();
        Directory.GetFileSystemEntries(_directory.Path).Order().ShouldBe([_directory["a"], _directory["b"]]);
    }

    [Fact]
    public async Task One_that_somebody_removed_is_not_missed()
    {
        File.Delete(await MadeAsync());

        await WriteAsync("c");

        File.ReadAllText(_directory["c"]).ShouldBe("c holds this");
    }

    [Fact]
    public async Task A_write_that_fails_leaves_none_of_it()
    {
        await MadeAsync();
        using (FaultPoint.Arm("*:ENOSPC@1"))
        {
            FaultPoint.Hit(FaultPoints.PlugConnected);
            await Should.ThrowAsync<VireoException>(() => WriteAsync("c"));
        }

        Directory.GetFileSystemEntries(_directory.Path).Order().ShouldBe([_directory["a"], _directory["b"]]);
    }

    private async Task<string> MadeAsync()
    {
        await WriteAsync("a");
        await WriteAsync("b");
        var made = "";
        await UntilAsync(() => (made = Directory.GetFiles(_directory.Path, ".next.*").SingleOrDefault()) is not null);
        return made!;
    }

    private Task WriteAsync(string name, uint mode = AtomicFile.PrivateMode) =>
        AtomicFile.WriteAllAsync([new FileWrite(_directory[name], Encoding.UTF8.GetBytes(name + " holds this")) { Mode = mode, Ready = _ready }]);

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
            await Task.Delay(20, patience.Token);
    }
}
