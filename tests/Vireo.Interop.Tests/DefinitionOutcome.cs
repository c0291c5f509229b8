namespace Vireo.Interop.Tests;

/// <summary>What libvirtd and vireod made of the same documents.</summary>
internal sealed class DefinitionOutcome
{
    private readonly Dictionary<string, string> _fed;
    private readonly HashSet<string> _accepted;
    private readonly int _refused;

    /// <summary>Compares answers.</summary>
    /// <param name="fed">The documents by their names.</param>
    /// <param name="theirs">libvirtd's answers; none where it died.</param>
    /// <param name="ours">Ours, which have to be all.</param>
    public DefinitionOutcome(Dictionary<string, string> fed, Dictionary<string, DomainDefinition> theirs, Dictionary<string, DomainDefinition> ours)
    {
        ours.Count.ShouldBe(fed.Count, "vireod died of a document");
        _fed = fed;
        _accepted = theirs.Where(t => t.Value.Code is null).Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        _refused = theirs.Count - _accepted.Count;
        Different = theirs.Select(t => (t.Key, What: DomainDefinition.Difference(t.Value, ours[t.Key], fed[t.Key]))).Where(d => d.What is not null).ToDictionary(d => d.Key, d => d.What!, StringComparer.Ordinal);
    }

    /// <summary>How the answers about a document differ; documents that do not are left out.</summary>
    public IReadOnlyDictionary<string, string> Different { get; }

    /// <summary>How many documents libvirtd accepts.</summary>
    public int Accepted => _accepted.Count;

    /// <summary>Which share of those becomes the same.</summary>
    public double ShareOfAccepted => 1 - ((double)Different.Keys.Count(_accepted.Contains) / Accepted);

    /// <summary>Writes what differs to the test's output, and the shares.</summary>
    public void Tell()
    {
        var refusedOtherwise = Different.Keys.Count(name => !_accepted.Contains(name));
        TestContext.Current.TestOutputHelper?.WriteLine($"of {Accepted} documents that libvirtd accepts {ShareOfAccepted:P1} agree; of {_refused} that it refuses {_refused - refusedOtherwise}");
        foreach (var (name, difference) in Different)
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {difference}{(_accepted.Contains(name) ? "\n" + _fed[name] : "")}");
    }
}
