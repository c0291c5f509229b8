using Vireo.Cli.Parsing;
using Vireo.Cli.Shell;

namespace Vireo.Cli.Tests.Shell;

public sealed class GlobalOptionsTests
{
    [Theory]
    [InlineData("-c x uri")]
    [InlineData("-cx uri")]
    [InlineData("--connect x uri")]
    [InlineData("--connect=x uri")]
    [InlineData("--con x uri")]
    [InlineData("-qcx uri")]
    public void The_uri_is_found(string line)
    {
        var options = GlobalOptions.Parse(line.Split(' '));
        options.Uri.ShouldBe("x");
        options.Rest.ShouldBe(["uri"]);
    }

    [Theory]
    [InlineData("-x", "unsupported option '-x'. See --help.")]
    [InlineData("--foo", "unsupported option '--foo'. See --help.")]
    [InlineData("-c", "option '-c'/'--connect' requires an argument")]
    [InlineData("-d x", "option -d takes a numeric argument")]
    [InlineData("-e xx", "Invalid string 'xx' for escape sequence")]
    [InlineData("-k x", "Invalid value for option -k")]
    [InlineData("-K -1", "option -K requires a positive integer argument")]
    public void A_wrong_option_is_refused_as_virsh_refuses_it(string line, string message) =>
        Should.Throw<UsageException>(() => GlobalOptions.Parse(line.Split(' '))).Message.ShouldBe(message);

    [Fact]
    public void Options_after_the_command_are_the_command_s() => GlobalOptions.Parse(["list", "-q"]).Rest.ShouldBe(["list", "-q"]);

    [Theory]
    [InlineData("-v")]
    [InlineData("--version")]
    [InlineData("--version=short")]
    public void The_short_version_is_the_contract_s(string option) => GlobalOptions.Parse([option]).Answer.ShouldBe("9.0.0\n");

    [Fact]
    public void The_escape_character_can_be_chosen()
    {
        GlobalOptions.Parse(["-e", "^A"]).Escape.ShouldBe((byte)1);
        GlobalOptions.Parse([]).Escape.ShouldBe((byte)0x1D);
    }
}
