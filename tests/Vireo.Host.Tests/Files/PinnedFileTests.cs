using System.Diagnostics;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Host.Tests.Files;

public sealed class PinnedFileTests : IDisposable
{
    private const string Attribute = "user.vireo.test";
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void WhereNothingIsThereIsNothingToHold()
    {
        File.WriteAllText(_directory["a"], "");
        PinnedFile.TryOpen(_directory["none"]).ShouldBeNull();
        PinnedFile.TryOpen(_directory["a"] + "/b").ShouldBeNull();
        File.CreateSymbolicLink(_directory["circle"], _directory["circle"]);
        Should.Throw<VireoException>(() => PinnedFile.TryOpen(_directory["circle"])).Code.ShouldBe(ErrorCode.SystemError);
    }

    [Fact]
    public void TellsWhatItIs()
    {
        File.WriteAllText(_directory["a"], "");
        File.CreateSymbolicLink(_directory["link"], _directory["a"]);
        using var file = PinnedFile.TryOpen(_directory["a"])!;
        using var link = PinnedFile.TryOpen(_directory["link"])!;
        using var folder = PinnedFile.TryOpen(_directory.Path)!;
        using var device = PinnedFile.TryOpen("/dev/null")!;
        (file.IsRegular, file.IsDevice).ShouldBe((true, false));
        (folder.IsRegular, folder.IsDevice).ShouldBe((false, false));
        (device.IsCharacterDevice, device.IsBlockDevice, device.IsDevice, device.IsRegular).ShouldBe((true, false, true, false));
        link.Identity.ShouldBe(file.Identity);
        folder.Identity.ShouldNotBe(file.Identity);
        (file.User, file.Group).ShouldBe((CurrentUser.Id, CurrentUser.Group));
    }

    [Fact]
    public void StaysTheSameFileWhateverBecomesOfItsName()
    {
        Assert.SkipUnless(CurrentUser.Id == 0, "only root gives files away");
        File.WriteAllText(_directory["a"], "");
        File.WriteAllText(_directory["b"], "");
        using var held = PinnedFile.TryOpen(_directory["a"])!;
        File.Move(_directory["a"], _directory["moved"]);
        File.Move(_directory["b"], _directory["a"]);
        held.ChangeOwner(4711, 4712);
        held.SetAttribute(Attribute, "held");
        (held.User, held.Group).ShouldBe((4711u, 4712u));

        using var moved = PinnedFile.TryOpen(_directory["moved"])!;
        using var other = PinnedFile.TryOpen(_directory["a"])!;
        (moved.Identity, moved.User, moved.Group, moved.Attribute(Attribute, out _)).ShouldBe((held.Identity, 4711u, 4712u, "held"));
        (other.User, other.Group, other.Attribute(Attribute, out _)).ShouldBe((0u, 0u, null));
    }

    [Fact]
    public void AttributesAreSetReadAndRemoved()
    {
        File.WriteAllText(_directory["a"], "");
        using var file = PinnedFile.TryOpen(_directory["a"])!;
        file.Attribute(Attribute, out var supported).ShouldBeNull();
        supported.ShouldBeTrue();
        foreach (var value in new[] { "x", new string('ä', 900), "" })
        {
            file.SetAttribute(Attribute, value);
            file.Attribute(Attribute, out _).ShouldBe(value);
        }

        file.SetAttribute(Attribute, null);
        file.SetAttribute(Attribute, null);
        file.Attribute(Attribute, out _).ShouldBeNull();
        using var elsewhere = PinnedFile.TryOpen("/proc/self/status")!;
        elsewhere.Attribute(Attribute, out supported).ShouldBeNull();
        supported.ShouldBeFalse();
        Should.Throw<VireoException>(() => elsewhere.SetAttribute(Attribute, "x")).Code.ShouldBe(ErrorCode.SystemError);
    }

    [Fact]
    public void IsLockedByOneAtATimeUntilLetGo()
    {
        File.WriteAllText(_directory["a"], "");
        using var second = PinnedFile.TryOpen(_directory["a"])!;
        using (var first = PinnedFile.TryOpen(_directory["a"])!)
        {
            first.Lock();
            var refused = Should.Throw<VireoException>(second.Lock);
            refused.Code.ShouldBe(ErrorCode.ResourceBusy);
            refused.Message.ShouldContain(_directory["a"]);
        }

        second.Lock();
    }

    [Fact]
    public void WhatCannotBeOpenedWithoutEffectsIsNotLocked()
    {
        Process.Start("mkfifo", _directory["pipe"]).WaitForExit();
        foreach (var path in new[] { _directory["pipe"], "/dev/null" })
        {
            using var first = PinnedFile.TryOpen(path)!;
            using var second = PinnedFile.TryOpen(path)!;
            first.Lock();
            second.Lock();
        }
    }
}
