namespace Vireo.Cpu.Tests;

/// <summary>Every question of Golden/answers.txt is answered as libvirt 9.0 answers it (scripts/record-cpu).</summary>
public sealed class AnswerTests
{
    [Fact]
    public void Many_features_take_no_more_than_their_share()
    {
        var xml = $"<cpu mode='host-model'>{string.Concat(Enumerable.Range(0, 100_000).Select(number => $"<feature name='f{number}'/>"))}</cpu>";
        var guest = CpuConfig.ParseDefinition(xml, CpuKind.Guest);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        CpuArchitecture.Of("x86_64").Update(guest, new CpuConfig { Model = new() { Name = "EPYC" } }).Features.Count.ShouldBe(100_001);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Answers_are_those_of_libvirt()
    {
        var wrong = new List<string>();
        var asked = 0;
        foreach (var block in File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "answers.txt")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = [.. block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
            if (lines[0].Contains("cpuid-", StringComparison.Ordinal) && !Corpus.IsHere)
                continue;
            asked++;
            var answer = Question.Ask(lines[0], lines[1..^1]);
            if ("> " + answer != lines[^1])
                wrong.Add($"{string.Join("\n", lines)}\n! {answer}\n");
        }

        if (wrong.Count > 0)
            Assert.Fail($"{wrong.Count} of {asked} differ:\n{string.Join("\n", wrong)}");
        asked.ShouldBeGreaterThan(200);
    }
}
