using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Security;

/// <summary>The list of what a run has of the host's files, where there is hardly room for it.</summary>
public sealed class ClaimListTests : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_scratch["run"]);
        Assert.SkipUnless(CurrentUser.Id == 0, "only root mounts file systems");
        await ProgramRun.CheckAsync("mount", "-t", "tmpfs", "-o", "size=4k", "none", _scratch["run"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (CurrentUser.Id == 0)
            await ProgramRun.CheckAsync("umount", _scratch["run"]);
        _scratch.Dispose();
    }

    [Fact]
    public void An_entry_that_found_no_room_is_not_there_and_spoils_none_that_comes_later()
    {
        var list = new ClaimList(_scratch["run"]);
        list.Append(Claim(new string('x', 3900)));
        Should.Throw<IOException>(() => list.Append(Claim("/images/" + new string('y', 500))));
        list.Append(Claim("/z"));
        list.Read().Select(claim => claim.Path.Length).ShouldBe([3900, 2]);
    }

    private static FileClaim Claim(string path) => new(path, "1:2:3", FileUse.Exclusive, new DacLabel(1, 2), new DacLabel(0, 0), 1, IsDone: true);
}
