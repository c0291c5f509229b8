using Vireo.Host.Processes;

namespace Vireo.Host.Tests.Processes;

public sealed class HostAccountTests : IDisposable
{
    private const uint Stranger = 123456;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("root", 0u)]
    [InlineData("0", 0u)]
    [InlineData("+0", 0u)]
    [InlineData("4711", 4711u)]
    [InlineData("+4711", 4711u)]
    [InlineData("+root", null)]
    [InlineData("no-such-account", null)]
    [InlineData("", null)]
    [InlineData("+", null)]
    [InlineData("-1", null)]
    [InlineData("4294967295", null)]
    [InlineData("4294967296", null)]
    public void UsersAndGroupsAreFoundByNameOrNumber(string name, uint? number)
    {
        HostAccount.FindUser(name).ShouldBe(number);
        HostAccount.FindGroup(name).ShouldBe(number);
    }

    [Fact]
    public void AnAccountHasTheGroupsThatTheHostKnowsOf()
    {
        HostAccount.Of(0, 0).Supplementary.ShouldContain(0u);
        HostAccount.Of(0, 77).Supplementary.ShouldBe([.. HostAccount.Of(0, 0).Supplementary, 77u]);
        var stranger = HostAccount.Of(Stranger, 77);
        (stranger.User, stranger.Group).ShouldBe((Stranger, 77u));
        stranger.Supplementary.ShouldBe([77u]);
    }

    [Fact]
    public void TellsWhatTheAccountCannotReach()
    {
        Assert.SkipUnless(CurrentUser.Id == 0, "only root acts for others");
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(_directory["closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var name in new[] { "open", "closed/file" })
            File.WriteAllText(_directory[name], "");
        var account = HostAccount.Of(Stranger, Stranger);
        account.FirstUnreachable([_directory["open"], _directory["none"]]).ShouldBeNull();
        account.FirstUnreachable([_directory["open"], _directory["closed/file"], _directory["closed/none"]]).ShouldBe(_directory["closed/file"]);

        // The daemon's own rights are as before.
        File.Exists(_directory["closed/file"]).ShouldBeTrue();
        File.WriteAllText(_directory["closed/other"], "");
        HostAccount.Of(0, 0).FirstUnreachable([_directory["closed/file"]]).ShouldBeNull();
    }
}
