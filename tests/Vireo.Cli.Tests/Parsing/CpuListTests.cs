using Vireo.Cli.Parsing;

namespace Vireo.Cli.Tests.Parsing;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("0-3,^2", 10, "0-1,3", "yy-y------")]
    [InlineData("r", 3, "0-2", "yyy")]
    [InlineData("9", 10, "9", "---------y")]
    public void Lists_become_maps_and_back(string text, int cpus, string list, string marks)
    {
        var map = CpuList.Map(text, cpus);
        map.Length.ShouldBe(CpuList.MapLength(cpus));
        CpuList.Text(map).ShouldBe(list);
        CpuList.Marks(map, cpus).ShouldBe(marks);
    }

    [Theory]
    [InlineData("x", "Invalid cpulist 'x'")]
    [InlineData("^0", "Invalid cpulist '^0'")]
    [InlineData("4", "CPU 4 in cpulist '4' exceed the maxcpu 4")]
    public void Lists_that_name_none_or_too_many_are_refused(string text, string why) => Should.Throw<CommandException>(() => CpuList.Map(text, 4)).Message.ShouldBe(why);
}
