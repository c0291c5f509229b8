using Vireo.Config;
using Vireo.Drivers.Qemu.Statistics;

namespace Vireo.Drivers.Qemu.Tests.Statistics;

/// <summary>What is kept of the images of domains that do not run, and when it is looked at anew.</summary>
public sealed class StillImageTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private DiskConfig Disk => new() { Driver = new DiskDriver { Type = "raw" }, Source = new DiskSource { File = _scratch["disk"] }, Type = DiskType.File };

    private static DateTimeOffset Later => DateTimeOffset.UtcNow.AddHours(1);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_has_not_changed_for_a_while_is_kept_until_it_does()
    {
        File.WriteAllBytes(_scratch["disk"], new byte[4096]);
        var seen = StillImage.Of(Disk, Later);
        seen.Sizes!.Capacity.ShouldBe(4096UL);
        seen.Holds().ShouldBeTrue();

        File.AppendAllText(_scratch["disk"], "more");
        seen.Holds().ShouldBeFalse();
        StillImage.Of(Disk, Later).Sizes!.Capacity.ShouldBe(4100UL);
    }

    [Fact]
    public void What_changed_just_now_is_looked_at_again()
    {
        File.WriteAllBytes(_scratch["disk"], new byte[4096]);
        var seen = StillImage.Of(Disk, DateTimeOffset.UtcNow);
        seen.Sizes.ShouldNotBeNull();
        seen.Holds().ShouldBeFalse();
    }

    [Fact]
    public void A_missing_image_is_missed_until_it_comes_and_one_that_goes_is_noticed()
    {
        var seen = StillImage.Of(Disk, Later);
        seen.Sizes.ShouldBeNull();
        seen.Holds().ShouldBeTrue();

        File.WriteAllBytes(_scratch["disk"], new byte[512]);
        seen.Holds().ShouldBeFalse();

        seen = StillImage.Of(Disk, Later);
        File.Delete(_scratch["disk"]);
        seen.Holds().ShouldBeFalse();
    }

    [Fact]
    public void An_image_put_in_the_place_of_another_of_its_size_is_noticed()
    {
        File.WriteAllBytes(_scratch["disk"], new byte[512]);
        File.WriteAllBytes(_scratch["other"], new byte[512]);
        var seen = StillImage.Of(Disk, Later);
        File.Move(_scratch["other"], _scratch["disk"], overwrite: true);
        seen.Holds().ShouldBeFalse();
    }

    [Fact]
    public void An_empty_drive_stays_empty() =>
        StillImage.Of(new DiskConfig { Device = DiskDevice.Cdrom }, Later).Holds().ShouldBeTrue();
}
