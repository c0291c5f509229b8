namespace Vireo.Tests.Api;

/// <summary>Which snapshots a retention lets go.</summary>
public sealed class SnapshotRetentionTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 31, 0, 0, 0, TimeSpan.Zero);

    // Each a day older than the next; the last is of yesterday. One has no time.
    private static readonly (string, DateTimeOffset?)[] s_five = [("b", Day(4)), ("a", Day(5)), ("?", null), ("c", Day(3)), ("d", Day(2)), ("e", Day(1))];

    [Theory]
    [InlineData(null, null, "e", "")]
    [InlineData(2, null, "e", "a b c")]
    [InlineData(0, null, "e", "a b c d")]
    [InlineData(0, null, null, "a b c d e")]
    [InlineData(2, null, "b", "a c")]
    [InlineData(9, null, "e", "")]
    [InlineData(null, 3, "e", "a b")]
    [InlineData(4, 3, "e", "a")]
    [InlineData(1, 3, "e", "a b")]
    public void Only_what_every_limit_lets_go(int? keep, int? days, string? current, string expired)
    {
        var retention = new SnapshotRetention { Keep = keep, OlderThan = days is { } age ? TimeSpan.FromDays(age) : null };

        string.Join(' ', retention.Expired(s_five, current, s_now)).ShouldBe(expired);
    }

    [Fact]
    public void The_current_one_only_when_asked()
    {
        string.Join(' ', new SnapshotRetention { Keep = 3, IncludeCurrent = true }.Expired(s_five, "a", s_now)).ShouldBe("a b");
    }

    [Fact]
    public void Of_the_same_second_the_child_is_the_newer()
    {
        new SnapshotRetention { Keep = 1 }.Expired([("z", s_now), ("y", s_now), ("x", s_now)], null, s_now).ShouldBe(["z", "y"]);
    }

    private static DateTimeOffset Day(int ago) => s_now.AddDays(-ago);
}
