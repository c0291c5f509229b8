using Vireo.Config;
using Vireo.Drivers.Qemu.Statistics;

namespace Vireo.Drivers.Qemu.Tests.Statistics;

/// <summary>What is kept of the images of domains that do not run, and when it is looked at anew.</summary>
public sealed class StillImageTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly ImageLooks _looks = new();

    private DiskConfig Disk => new() { Driver = new DiskDriver { Type = "raw" }, Source = new DiskSource { File = _scratch["disk"] }, Type = DiskType.File };

    private static DateTimeOffset Later => DateTimeOffset.UtcNow.AddHours(1);

    public void Dispose()
    {
        _looks.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void What_has_not_changed_for_a_while_is_kept_until_it_does()
    {
        File.WriteAllBytes(_scratch["disk"], new byte[4096]);
        var seen = StillImage.Of(Disk, _looks, Later);
        seen.Sizes!.Capacity.ShouldBe(4096UL);
        seen.Holds(_looks).ShouldBeTrue();

        File.AppendAllText(_scratch["disk"], new string('x', 512));
        seen.Holds(_looks).ShouldBeFalse();
        StillImage.Of(Disk, _looks, Later).Sizes!.Capacity.ShouldBe(4608UL);
    }

    [Fact]
    public void What_changed_just_now_is_looked_at_again()
    {
        File.WriteAllBytes(_scratch["disk"], new byte[4096]);
        var seen = StillImage.Of(Disk, _looks, DateTimeOffset.UtcNow);
        seen.Sizes.ShouldNotBeNull();
        seen.Holds(_looks).ShouldBeFalse();
    }

    [Fact]
    public void A_missing_image_is_missed_until_it_comes_and_one_that_goes_is_noticed()
    {
        var seen = StillImage.Of(Disk, _looks, Later);
        seen.Sizes.ShouldBeNull();
        seen.Holds(_looks).ShouldBeTrue();

        File.WriteAllBytes(_scratch["disk"], new byte[512]);
        seen.Holds(_looks).ShouldBeFalse();

        seen = StillImage.Of(Disk, _looks, Later);
        File.Delete(_scratch["disk"]);
        seen.Holds(_looks).ShouldBeFalse();
    }

    [Fact]
    public void An_image_put_in_the_place_of_another_of_its_size_is_noticed()
    {
        File.WriteAllBytes(_scratch["disk"], new byte[512]);
        File.WriteAllBytes(_scratch["other"], new byte[512]);
        var seen = StillImage.Of(Disk, _looks, Later);
        File.Move(_scratch["other"], _scratch["disk"], overwrite: true);
        seen.Holds(_looks).ShouldBeFalse();
    }

    [Fact]
    public void Many_images_of_one_directory_are_told_apart_and_one_without_a_directory_is_missing()
    {
        for (int i = 1; i <= 6; i++)
        {
            File.WriteAllBytes(_scratch[$"disk{i}"], new byte[512 * i]);
            Of($"disk{i}").Sizes!.Capacity.ShouldBe(512UL * (ulong)i);
            Of($"none/disk{i}").Sizes.ShouldBeNull();
        }

        Of("disk7").Sizes.ShouldBeNull();
        File.CreateSymbolicLink(_scratch["link"], _scratch["disk2"]);
        Of("link").Sizes!.Capacity.ShouldBe(1024UL);

        StillImage Of(string name) => StillImage.Of(Disk with { Source = new DiskSource { File = _scratch[name] } }, _looks, Later);
    }

    [Fact]
    public void An_empty_drive_stays_empty() =>
        StillImage.Of(new DiskConfig { Device = DiskDevice.Cdrom }, _looks, Later).Holds(_looks).ShouldBeTrue();
}
