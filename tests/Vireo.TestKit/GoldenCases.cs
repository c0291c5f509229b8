using System.Text;

namespace Vireo.TestKit;

/// <summary>
/// Cases that a real libvirt has answered, parted by empty lines: what is asked, and behind <c>&gt; </c> the lines that the answer has beside the
/// answer of the empty case and the lines it lacks, or the error with its code, domain and message.
/// </summary>
public static class GoldenCases
{
    // What libvirt tells of a failure whose reason it has lost; its code is VIR_ERR_INTERNAL_ERROR.
    private const string NoReason = "ERROR 1 0 An error occurred, but the cause is unknown";

    private static readonly string[] s_nothing = ["ERROR 0 0 no error", "ERROR libvirt does not survive this"];

    /// <summary>What is asked in a file of cases, each as its lines.</summary>
    /// <param name="file">The file's name, below <c>Golden</c>.</param>
    public static IReadOnlyList<string[]> Questions(string file) => [.. Blocks(file).Select(block => block.Where(line => !IsAnswer(line)).ToArray())];

    /// <summary>Asks again.</summary>
    /// <param name="file">The file's name, below <c>Golden</c>.</param>
    /// <param name="least">How many cases there are at least.</param>
    /// <param name="ask">Answers a case by its lines; a refusal is one of <see cref="VireoException"/>.</param>
    /// <param name="empty">The empty case that a case's answer is told by; null for the one without lines.</param>
    /// <returns>What is answered otherwise; empty when nothing is.</returns>
    public static string Compare(string file, int least, Func<string[], string> ask, Func<string[], string[]>? empty = null)
    {
        var blocks = Blocks(file);
        var wrong = new StringBuilder();
        foreach (var block in blocks)
        {
            var question = block.Where(line => !IsAnswer(line)).ToArray();
            var expected = block.Where(IsAnswer).Select(line => line[2..]).ToArray();
            var answer = Answer(ask, question);
            IReadOnlyList<string> actual = answer.StartsWith("ERROR ", StringComparison.Ordinal) ? [answer] : LineDifference.Between(Answer(ask, empty?.Invoke(question) ?? []), answer);
            if (!expected.SequenceEqual(actual) && !IsReason(expected, answer))
                wrong.Append($"\n# {string.Join("\n# ", question)}\n  libvirt:\n    {string.Join("\n    ", expected)}\n  ours:\n    {string.Join("\n    ", actual)}\n");
        }

        if (blocks.Count < least)
            wrong.Append($"\n{file}: {blocks.Count} cases, not {least}\n");
        return wrong.ToString();
    }

    // Where libvirt fails without a reason, or does not survive, a refusal with one will do.
    private static bool IsReason(string[] expected, string answer) =>
        expected is [NoReason] ? answer.StartsWith("ERROR 1 ", StringComparison.Ordinal) : expected is [var one] && s_nothing.Contains(one) && answer.StartsWith("ERROR ", StringComparison.Ordinal);

    private static bool IsAnswer(string line) => line.StartsWith("> ", StringComparison.Ordinal);

    private static List<string[]> Blocks(string file) =>
        [.. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", file)).Split("\n\n").Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    private static string Answer(Func<string[], string> ask, string[] lines)
    {
        try
        {
            return ask(lines);
        }
        catch (VireoException error)
        {
            return $"ERROR {(int)error.Code} {(int)error.Domain} {error.Message}";
        }
    }
}
