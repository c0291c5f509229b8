using Vireo.Drivers.Snapshots;

namespace Vireo.Tests.Drivers.Snapshots;

public sealed class SnapshotTreeTests
{
    //  a ── b ── d      e (root)
    //   └── c
    private static readonly SnapshotTree<Node> s_tree = SnapshotTree<Node>.Empty
        .With(new("a", null, SnapshotContent.Inactive, false))
        .With(new("b", "a", SnapshotContent.Active, true))
        .With(new("c", "a", SnapshotContent.DiskOnly, true))
        .With(new("d", "b", SnapshotContent.Active, false))
        .With(new("e", null, SnapshotContent.Active, false))
        .WithCurrent("d");

    [Theory]
    [InlineData(0u, "a b d c e")]
    [InlineData((uint)DomainSnapshotListFlags.Roots, "a e")]
    [InlineData((uint)DomainSnapshotListFlags.Leaves, "d c e")]
    [InlineData((uint)DomainSnapshotListFlags.NoLeaves, "a b")]
    [InlineData((uint)(DomainSnapshotListFlags.Leaves | DomainSnapshotListFlags.NoLeaves), "a b d c e")]
    [InlineData((uint)DomainSnapshotListFlags.NoMetadata, "")]
    [InlineData((uint)DomainSnapshotListFlags.Inactive, "a")]
    [InlineData((uint)(DomainSnapshotListFlags.Inactive | DomainSnapshotListFlags.DiskOnly), "a c")]
    [InlineData((uint)DomainSnapshotListFlags.External, "b c")]
    [InlineData((uint)(DomainSnapshotListFlags.External | DomainSnapshotListFlags.Leaves), "c")]
    public void Filters_of_the_domain(uint flags, string expected) =>
        Names(s_tree.List(null, (DomainSnapshotListFlags)flags)).ShouldBe(expected);

    [Theory]
    [InlineData(0u, "b c")]
    [InlineData((uint)DomainSnapshotListFlags.Descendants, "b d c")]
    [InlineData((uint)(DomainSnapshotListFlags.Descendants | DomainSnapshotListFlags.Leaves), "d c")]
    public void Filters_of_a_snapshot(uint flags, string expected) =>
        Names(s_tree.List(s_tree.Find("a"), (DomainSnapshotListFlags)flags)).ShouldBe(expected);

    [Fact]
    public void Ancestors_go_up_to_the_root() => Names(s_tree.Ancestors(s_tree.Find("d")!)).ShouldBe("b a");

    [Fact]
    public void Removing_the_current_one_leaves_none_current() =>
        s_tree.Without(new HashSet<string> { "d" }).CurrentName.ShouldBeNull();

    [Fact]
    public void One_that_is_replaced_by_its_equal_can_be_replaced_again()
    {
        var (equal, other) = (new Node("b", "a", SnapshotContent.Active, true), new Node("b", "a", SnapshotContent.Inactive, true));
        var tree = s_tree.With(equal);
        tree.Find("b").ShouldBeSameAs(equal);
        tree.All[1].ShouldBeSameAs(equal);
        tree.With(other).All[1].ShouldBeSameAs(other);
    }

    [Fact]
    public void A_missing_parent_is_refused() =>
        Should.Throw<VireoException>(() => s_tree.With(new("x", "nosuch", SnapshotContent.Active, false))).Code.ShouldBe(ErrorCode.InvalidArg);

    [Fact]
    public void A_cycle_is_refused() =>
        Should.Throw<VireoException>(() => s_tree.With(new("a", "d", SnapshotContent.Active, false))).Code.ShouldBe(ErrorCode.InvalidArg);

    [Fact]
    public void Its_own_parent_is_a_cycle() =>
        Should.Throw<VireoException>(() => s_tree.With(new("x", "x", SnapshotContent.Active, false))).Code.ShouldBe(ErrorCode.InvalidArg);

    private static string Names(IEnumerable<Node> nodes) => string.Join(' ', nodes.Select(n => n.Name));

    private sealed record Node(string Name, string? Parent, SnapshotContent Content, bool IsExternal) : ISnapshotNode;
}
