using Vireo.Config;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>The list of a run's devices upon others of the host.</summary>
public sealed class DirectTapsTests : IDisposable
{
    private const string Mac = "52:54:00:00:07:0a";
    private readonly TemporaryDirectory _run = new();

    private string List => Path.Combine(_run.Root, "macvtaps");

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("a\nb 52:54:00:00:07:0a eth0 02:00:00:00:00:01\nc", "lo")]
    [InlineData("a\tb", "lo")]
    [InlineData("a b", "lo")]
    [InlineData("a/b", "lo")]
    [InlineData("", "lo")]
    [InlineData("..", "lo")]
    [InlineData("a", "x\nb 52:54:00:00:07:0a eth0 02:00:00:00:00:01\nc")]
    [InlineData("a", "no such")]
    [InlineData("averyveryverylongname", "lo")]
    public void NamesThatNoDeviceCanHaveSayNothingInIt(string name, string lower)
    {
        var card = new InterfaceConfig
        {
            Type = InterfaceType.Direct,
            Mac = new MacConfig { Address = Mac },
            Source = new InterfaceSource { Dev = lower },
            Target = new InterfaceTarget { Dev = name },
        };
        Should.Throw<VireoException>(() => DirectTaps.Connect(card, DomainType.Qemu, new TapNames("macvtap"), _run.Root, up: true)).Code.ShouldBeOneOf(ErrorCode.SystemError, ErrorCode.InvalidArg);
        DirectTaps.NamesOf(_run.Root).ShouldBeEmpty();
    }

    [Fact]
    public void OneThatGetsAnotherNameIsTheRunsByThatAlone()
    {
        Write($"tap0 {Mac} lo -");
        DirectTaps.Rename(_run.Root, "tap0", "own", () => DirectTaps.NamesOf(_run.Root).ShouldBe(["tap0", "own"], ignoreOrder: true));
        DirectTaps.NamesOf(_run.Root).ShouldBe(["own"]);
        Should.Throw<IOException>(() => DirectTaps.Rename(_run.Root, "own", "other", () => throw new IOException()));
        DirectTaps.NamesOf(_run.Root).ShouldBe(["own"]);
        var renamed = false;
        DirectTaps.Rename(_run.Root, "somebody's", "other", () => renamed = true);
        renamed.ShouldBeTrue();
        DirectTaps.NamesOf(_run.Root).ShouldBe(["own"]);
    }

    [Fact]
    public void OneThatCannotBeClearedAwayHoldsUpNoOther()
    {
        // No device takes a group's address.
        Write($"none0 {Mac} lo 01:00:00:00:00:01", $"none1 {Mac} lo -", $"none2 {Mac} lo -");
        List<string> reports = [];
        DirectTaps.Remove(_run.Root, ["none0", "none1", "nobody's"], (what, _) => reports.Add(what));
        reports.ShouldHaveSingleItem().ShouldContain("'none0'");
        DirectTaps.NamesOf(_run.Root).ShouldBe(["none0", "none2"], ignoreOrder: true);
        DirectTaps.RemoveOthers(_run.Root, new HashSet<string> { "none0" }, (what, error) => throw new InvalidOperationException(what, error));
        DirectTaps.NamesOf(_run.Root).ShouldBe(["none0"]);
    }

    private void Write(params string[] entries) => File.WriteAllLines(List, entries);
}
