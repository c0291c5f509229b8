using Vireo.Cli.Shell;

namespace Vireo.Cli.Tests.Shell;

public sealed class LineBufferTests
{
    [Fact]
    public void Typing_goes_in_at_the_cursor()
    {
        var line = new LineBuffer { Text = "ac" };
        line.Move(-1);
        line.Insert("b");
        line.Text.ShouldBe("abc");
        line.BeforeCursor.ShouldBe("ab");
    }

    [Fact]
    public void A_word_is_deleted_backwards()
    {
        var line = new LineBuffer { Text = "one two  " };
        line.DeleteWord();
        line.Text.ShouldBe("one ");
    }

    [Fact]
    public void Wide_characters_count_twice_for_the_cursor()
    {
        var line = new LineBuffer { Text = "a日" };
        line.Move(-1);
        line.ColumnsAfterCursor.ShouldBe(2);
        line.DeleteAfter();
        line.DeleteAfter();
        line.DeleteBefore();
        line.DeleteBefore();
        line.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void History_survives_and_is_private()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "history");
        try
        {
            var history = new History(path);
            history.Add("list");
            history.Add("list");
            history.Add("uri");
            history.Save();
            new History(path).Lines.ShouldBe(["list", "uri"]);
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
