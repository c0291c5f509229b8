using FsCheck;
using FsCheck.Fluent;

namespace Vireo.Config.Tests.Generated;

/// <summary>Whatever our records can express survives being written and read.</summary>
public sealed class RandomDocumentTests
{
    [Fact]
    public void Domains() => Survive(DomainConfig.Parse, d => d.ToXml(), 150);

    [Fact]
    public void Snapshots() => Survive(DomainSnapshotConfig.Parse, d => d.ToXml(), 30);

    [Fact]
    public void Checkpoints() => Survive(DomainCheckpointConfig.Parse, d => d.ToXml(), 30);

    [Fact]
    public void Backups() => Survive(DomainBackupConfig.Parse, d => d.ToXml(), 100);

    [Fact]
    public void Host_capabilities() => Survive(CapabilitiesConfig.Parse, d => d.ToXml(), 60);

    [Fact]
    public void Domain_capabilities() => Survive(DomainCapabilitiesConfig.Parse, d => d.ToXml(), 60);

    private static void Survive<T>(Func<string, T> parse, Func<T, string> format, int count) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var document = new RandomRecord(new System.Random(seed)).Next<T>();
            var xml = format(document);
            var read = parse(xml);
            if (!Equals(read, document))
            {
                Assert.Fail($"seed {seed}: read back differently: {Difference(xml, format(read))}");
            }
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(count * LongRun.Factor));

    private static string Difference(string one, string other)
    {
        var (left, right) = (one.Split('\n'), other.Split('\n'));
        var at = Enumerable.Range(0, Math.Min(left.Length, right.Length)).FirstOrDefault(i => left[i] != right[i], -1);
        return at < 0 ? $"the texts are equal\n{one}" : $"'{left[at]}' became '{right[at]}'";
    }
}
