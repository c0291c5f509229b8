namespace Vireo.Interop.Tests;

/// <summary>Compares what two sides said and, when they differ, shows the lines that do.</summary>
internal static class Comparison
{
    public static void ShouldSayTheSame(string actual, string expected)
    {
        if (actual == expected)
            return;
        string[] ours = actual.Split('\n'), theirs = expected.Split('\n');
        var lines = Enumerable.Range(0, Math.Max(ours.Length, theirs.Length))
            .Select(index => (Theirs: theirs.ElementAtOrDefault(index), Ours: ours.ElementAtOrDefault(index)))
            .Where(pair => pair.Theirs != pair.Ours)
            .Select(pair => $"libvirtd: {pair.Theirs}\nvireod:   {pair.Ours}");
        Assert.Fail(string.Join("\n\n", lines));
    }
}
