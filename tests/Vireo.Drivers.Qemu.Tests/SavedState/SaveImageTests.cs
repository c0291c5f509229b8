using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.SavedState;

namespace Vireo.Drivers.Qemu.Tests.SavedState;

public sealed class SaveImageTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new("si");

    private string Path => _scratch["image"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_is_written_is_read_again_once_it_is_complete()
    {
        var written = new SaveImage("<domain/>", WasRunning: true) { Compression = ImageCompression.Xz, Cookie = new SaveCookie(null).ToXml() };
        using var file = Open();
        written.WriteTo(file, Path);
        SaveImage.IsUnfinished(file).ShouldBeTrue();
        Should.Throw<VireoException>(() => SaveImage.Read(file)).Message.ShouldContain("save image is incomplete");

        SaveImage.MarkComplete(file, Path);

        SaveImage.IsUnfinished(file).ShouldBeFalse();
        SaveImage.IsComplete(file).ShouldBeTrue();
        SaveImage.Read(file).ShouldBe(written with { ReservedLength = written.StreamOffset });
        (written.StreamOffset % 65536).ShouldBe(0);
    }

    [Fact]
    public void A_longer_document_takes_the_place_of_the_one_that_is_there_as_long_as_it_fits()
    {
        using var file = Open();
        new SaveImage("<domain/>", WasRunning: true).WriteTo(file, Path);
        SaveImage.MarkComplete(file, Path);
        var there = SaveImage.Read(file);

        (there with { DomainXml = "<domain>" + new string(' ', 60_000) + "</domain>", WasRunning = false }).ReplaceIn(file, Path);

        var read = SaveImage.Read(file);
        read.DomainXml.Length.ShouldBe(60_017);
        read.WasRunning.ShouldBeFalse();
        read.StreamOffset.ShouldBe(there.StreamOffset);
        Should.Throw<VireoException>(() => (there with { DomainXml = new string(' ', 200_000) }).ReplaceIn(file, Path)).Message.ShouldContain("new xml too large to fit in file");
        SaveImage.Read(file).ShouldBe(read);
    }

    [Fact]
    public void Spoilt_heads_are_refused_or_read_and_nothing_else()
    {
        var image = new SaveImage("<domain><name>one</name></domain>", WasRunning: true) { Cookie = new SaveCookie(null).ToXml() };
        using (var file = Open())
        {
            image.WriteTo(file, Path);
            SaveImage.MarkComplete(file, Path);
        }

        byte[] whole = File.ReadAllBytes(Path);
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            byte[] spoilt = whole[..(i % 5 == 0 ? random.Next(whole.Length) : whole.Length)];
            for (int n = random.Next(1, 5); n > 0 && spoilt.Length > 0; n--)
                spoilt[random.Next(Math.Min(spoilt.Length, 300))] = (byte)random.Next(256);
            File.WriteAllBytes(Path, spoilt);
            using var file = File.OpenHandle(Path);
            try
            {
                var read = SaveImage.Read(file);
                if (read.Cookie is { } cookie)
                    _ = SaveCookie.Parse(cookie);
            }
            catch (VireoException e)
            {
                e.Code.ShouldBeOneOf(ErrorCode.OperationFailed, ErrorCode.XmlError, ErrorCode.XmlDetail);
            }
        }
    }

    private SafeFileHandle Open() => File.OpenHandle(Path, FileMode.Create, FileAccess.ReadWrite);
}
