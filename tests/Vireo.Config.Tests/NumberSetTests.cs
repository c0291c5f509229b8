namespace Vireo.Config.Tests;

public sealed class NumberSetTests
{
    [Theory]
    [InlineData("0-3,^2,8", "0-1,3,8", 4)]
    [InlineData(" 7 , 5-6", "5-7", 3)]
    [InlineData("16383", "16383", 1)]
    [InlineData("1,^1", "", 0)]
    public void A_set_is_read_and_written_as_libvirt_does(string text, string written, int count)
    {
        var set = NumberSet.Parse(text);
        set.ToString().ShouldBe(written);
        set.Count.ShouldBe(count);
        set.Count().ShouldBe(count);
        set.Max.ShouldBe(set.LastOrDefault(-1));
        NumberSet.Of(set).ToString().ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,,2")]
    [InlineData("3-1")]
    [InlineData("-1")]
    [InlineData("^1-2")]
    [InlineData("16384")]
    [InlineData("99999999999")]
    public void What_is_no_set_is_refused(string text) =>
        Should.Throw<VireoException>(() => NumberSet.Parse(text)).Code.ShouldBe(ErrorCode.InvalidArg);
}
