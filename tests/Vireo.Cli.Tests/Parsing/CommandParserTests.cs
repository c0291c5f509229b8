using Vireo.Cli.Parsing;

namespace Vireo.Cli.Tests.Parsing;

public sealed class CommandParserTests
{
    [Theory]
    [InlineData("nope", "unknown command: 'nope'")]
    [InlineData("dominfo", "command 'dominfo' requires <domain> option")]
    [InlineData("setmem vm", "command 'setmem' requires --size option")]
    [InlineData("dominfo vm extra", "unexpected data 'extra'")]
    [InlineData("dominfo --domain vm --domain vm", "option --domain already seen")]
    [InlineData("dominfo --domain", "expected syntax: --domain <string>")]
    [InlineData("setmem vm --size", "expected syntax: --size <number>")]
    [InlineData("dominfo --nope", "command 'dominfo' doesn't support option --nope")]
    [InlineData("list --all=3", "invalid '=' after option --all")]
    [InlineData("echo --hi=x", "invalid '=' after option --hi")]
    [InlineData("list -- x", "unexpected data 'x'")]
    [InlineData("attach-disk vm a b --shareable --mode x", "option --mode already seen")]
    [InlineData("echo \"a", "missing \"")]
    [InlineData("echo a\\", "dangling \\")]
    [InlineData("echo a; nope", "unknown command: 'nope'")]
    public void A_wrong_line_is_refused_as_virsh_refuses_it(string line, string message) =>
        Should.Throw<UsageException>(() => CommandParser.ParseLine(line)).Message.ShouldBe(message);

    [Theory]
    [InlineData("echo a b", "a|b")]
    [InlineData("echo 'a b' \"c d\" e\\ f", "a b|c d|e f")]
    [InlineData("echo \"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("echo 'a\\b'", "a\\b")]
    [InlineData("echo a#b", "a#b")]
    [InlineData("echo a # b", "a")]
    [InlineData("echo a\\\nb", "ab")]
    [InlineData("echo -- --str", "--str")]
    [InlineData("echo --str=x y", "x|y")]
    [InlineData("echo --hi", "hello")]
    [InlineData("echo 'open", "open")]
    public void Words_are_taken_apart(string line, string words) =>
        CommandParser.ParseLine(line).ShouldHaveSingleItem().All("string").ShouldBe(words.Split('|'));

    [Theory]
    [InlineData("echo a; echo b", 2)]
    [InlineData("echo a;;echo b ;", 2)]
    [InlineData("echo a\necho b", 2)]
    [InlineData("# only a comment", 0)]
    [InlineData("# one\necho b", 1)]
    [InlineData(" ; ", 0)]
    public void Semicolons_and_lines_end_commands(string line, int count) => CommandParser.ParseLine(line).Count.ShouldBe(count);

    [Fact]
    public void A_semicolon_of_its_own_is_data_when_a_shell_has_split_the_words() =>
        CommandParser.ParseArguments(["echo", "a", ";", "echo"]).ShouldHaveSingleItem().All("string").ShouldBe(["a", ";", "echo"]);

    [Fact]
    public void Bare_words_fill_options_in_table_order()
    {
        var command = CommandParser.ParseLine("snapshot-create-as --atomic vm s1 'a text' --diskspec vda vdb").ShouldHaveSingleItem();
        command.Text("domain").ShouldBe("vm");
        command.Text("name").ShouldBe("s1");
        command.Text("description").ShouldBe("a text");
        command.Has("atomic").ShouldBeTrue();
        command.All("diskspec").First().ShouldBe("vda");
    }

    [Fact]
    public void An_option_that_asks_for_its_name_takes_no_bare_word() =>
        Should.Throw<UsageException>(() => CommandParser.ParseLine("dompmsuspend vm mem 5")).Message.ShouldBe("unexpected data '5'");

    [Fact]
    public void Respawn_is_another_spelling() => CommandParser.ParseLine("snapshot-revert vm s1 --respawn").ShouldHaveSingleItem().Has("allow-respawn").ShouldBeTrue();

    [Fact]
    public void A_command_alias_is_the_command() => CommandParser.ParseLine("nodedev-dettach d").ShouldHaveSingleItem().Name.ShouldBe("nodedev-detach");

    [Theory]
    [InlineData("5", 5UL * 1024)]
    [InlineData("5b", 5UL)]
    [InlineData("5k", 5UL << 10)]
    [InlineData("5KiB", 5UL << 10)]
    [InlineData("5KB", 5000UL)]
    [InlineData("1G", 1UL << 30)]
    [InlineData("2TiB", 2UL << 40)]
    public void Sizes_carry_units(string text, ulong bytes) => CommandParser.ParseLine("setmem vm " + text)[0].Scaled("size", 1024).ShouldBe(bytes);

    [Theory]
    [InlineData("12x")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    [InlineData("99999999999E")]
    public void A_bad_size_is_named(string text) =>
        Should.Throw<CommandException>(() => CommandParser.ParseLine("setmem vm " + text)[0].Scaled("size", 1024))
            .Message.ShouldBe($"Scaled numeric value '{text}' for <size> option is malformed or out of range");

    [Fact]
    public void An_empty_value_is_refused_when_it_is_read() =>
        Should.Throw<CommandException>(() => CommandParser.ParseArguments(["dominfo", ""])[0].Text("domain")).Message.ShouldBe("Failed to get option 'domain': Option argument is empty");
}
