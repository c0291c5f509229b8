using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>Lists in a run's directory.</summary>
public sealed class RunListTests : IDisposable
{
    private const string Name = "things";
    private readonly ScratchDirectory _run = new();

    private RunList List => new(_run.Path, Name);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void What_was_added_is_there_until_it_is_taken_out()
    {
        List.Read().ShouldBeEmpty();
        List.Remove("a");
        File.Exists(_run[Name]).ShouldBeFalse();
        List.Add("a");
        List.Add("b with words");
        List.Add("c\rd");
        List.Read().ShouldBe(["a", "b with words", "c\rd"]);
        List.Remove("a", "other");
        List.Read().ShouldBe(["b with words", "c\rd"]);
        List.Write(["x"]);
        List.Read().ShouldBe(["x"]);
        List.Remove("x");
        List.Read().ShouldBeEmpty();
    }

    [Fact]
    public void A_list_of_before_is_read_with_its_last_line_unended()
    {
        File.WriteAllText(_run[Name], "a\n\nb");
        List.Add("c");
        List.Read().ShouldBe(["a", "b", "c"]);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("")]
    public void No_entry_is_another_or_none(string entry)
    {
        List.Add("a");
        Should.Throw<VireoException>(() => List.Add(entry)).Code.ShouldBe(ErrorCode.InternalError);
        List.Read().ShouldBe(["a"]);
    }

    [Fact]
    public void One_that_cannot_be_written_is_as_it_was_and_is_named()
    {
        List.Add("a");
        // No file takes the place of a directory.
        Directory.CreateDirectory(_run["other"]);
        var failure = Should.Throw<VireoException>(() => new RunList(_run.Path, "other").Write(["b"]));
        (failure.Code, failure.Message.Contains(_run["other"], StringComparison.Ordinal)).ShouldBe((ErrorCode.SystemError, true), failure.Message);
        failure = Should.Throw<VireoException>(() => new RunList(_run["none"], Name).Add("b"));
        (failure.Code, failure.Message.Contains(_run["none"], StringComparison.Ordinal)).ShouldBe((ErrorCode.SystemError, true), failure.Message);
        List.Add("b");
        List.Read().ShouldBe(["a", "b"]);
        Directory.EnumerateFiles(_run.Path).ShouldBe([_run[Name]]);
    }
}
