namespace Vireo.Cpu.Tests;

/// <summary>Every question of Golden/answers.txt is answered as libvirt 9.0 answers it (scripts/record-cpu).</summary>
public sealed class AnswerTests
{
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
