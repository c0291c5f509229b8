using Vireo.Cli.Commands;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Tests.Parsing;

public sealed class CommandTableTests
{
    public static TheoryData<string> Commands => [.. CommandTable.Groups.SelectMany(group => group.Commands)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_is_complete(string name)
    {
        var command = CommandTable.Find(name).ShouldNotBeNull();
        command.Help.ShouldNotBeNullOrWhiteSpace();
        command.Options.Select(option => option.Name).ShouldBeUnique();
        foreach (var option in command.Options)
        {
            if (option.Alias is { } alias)
            {
                command.FindOption(alias.Split('=')[0]).ShouldNotBeNull(option.Name);
            }
        }
        HelpText.Subject(name).ShouldStartWith($"  NAME\n    {command.Name} - ");
    }

    [Fact]
    public void All_commands_of_virsh_are_there_and_its_groups()
    {
        CommandTable.Groups.Sum(group => group.Commands.Length).ShouldBeGreaterThanOrEqualTo(275);
        CommandTable.Groups.Select(group => group.Keyword).ShouldBe(
            ["domain", "monitor", "events", "host", "checkpoint", "interface", "filter", "network", "nodedev", "secret", "snapshot", "backup", "pool", "volume", "virsh"]);
    }

    [Fact]
    public void An_unknown_subject_has_no_help() =>
        Should.Throw<CommandException>(() => HelpText.Subject("nope")).Message.ShouldBe("command or command group 'nope' doesn't exist");
}
