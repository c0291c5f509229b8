using System.Text;
using Vireo.Cli.Output;

namespace Vireo.Cli.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell()
    {
        var table = new Table("Id", "Name", "State");
        table.Add("1", "test", "running");
        table.Render(withHeader: true).ShouldBe(" Id   Name   State\n----------------------\n 1    test   running\n");
    }

    [Fact]
    public void Without_header_only_the_cells_count()
    {
        var table = new Table("Id", "Name", "State");
        table.Add("1", "test", "running");
        table.Render(withHeader: false).ShouldBe(" 1   test   running\n");
    }

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("日本", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("🐧", 2)]
    [InlineData("äß", 2)]
    public void Width_is_counted_in_columns(string text, int columns) => DisplayWidth.Of(text).ShouldBe(columns);

    [Fact]
    public void A_control_character_cannot_move_the_cursor()
    {
        var table = new Table("Name");
        table.Add("a\x1b[2Jb");
        table.Render(withHeader: false).ShouldBe(" a\\x1b[2Jb\n");
    }

    [Fact]
    public void A_tree_has_virsh_s_shape()
    {
        var children = new Dictionary<string, List<string>> { ["a"] = ["b", "d"], ["b"] = ["c"] };
        var text = new StringBuilder();
        TreeText.Append(text, "a", name => children.GetValueOrDefault(name, []));
        text.ToString().ShouldBe("a\n  |\n  +- b\n  |   |\n  |   +- c\n  |     \n  +- d\n    \n");
    }
}
