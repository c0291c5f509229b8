using System.Text;

namespace Vireo.TestKit;

/// <summary>
/// A file of cases that a real libvirt has answered, parted by empty lines: what is asked, and in lines that begin with "> " the lines that the answer has
/// beyond that of the empty case or has not, or the error (code, domain, message).
/// </summary>
/// <param name="File">The file's path.</param>
public sealed record GoldenCases(string File)
{
    private const string AnswerMark = "> ";

    /// <summary>The cases: what is asked and what libvirt answers.</summary>
    public IReadOnlyList<(string[] Question, string[] Answer)> All { get; } =
    [
        .. System.IO.File.ReadAllText(File).Split("\n\n").Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(lines =>
            (lines.Where(line => !line.StartsWith(AnswerMark, StringComparison.Ordinal)).ToArray(),
             lines.Where(line => line.StartsWith(AnswerMark, StringComparison.Ordinal)).Select(line => line[AnswerMark.Length..]).ToArray())),
    ];

    /// <summary>What is answered otherwise; an empty text when nothing is.</summary>
    /// <param name="ask">Asks ours; it may throw.</param>
    /// <param name="empty">The empty case that a case is compared with.</param>
    public string Differences(Func<string[], string> ask, Func<string[], string[]> empty)
    {
        var wrong = new StringBuilder();
        foreach (var (question, expected) in All)
        {
            var answer = Answer(() => ask(question));
            IReadOnlyList<string> actual = answer.StartsWith("ERROR ", StringComparison.Ordinal) ? [answer] : LineDifference.Between(ask(empty(question)), answer);
            // Where libvirt fails without a reason, or does not survive, any refusal will do.
            var isLike = expected is ["ERROR 0 0 no error"] or ["ERROR libvirt does not survive this"] ? actual is [['E', 'R', 'R', 'O', 'R', ..]] : expected.SequenceEqual(actual);
            if (!isLike)
                wrong.Append($"\n# {string.Join("\n# ", question)}\n  libvirt:\n    {string.Join("\n    ", expected)}\n  ours:\n    {string.Join("\n    ", actual)}\n");
        }

        return wrong.ToString();
    }

    private static string Answer(Func<string> ask)
    {
        try
        {
            return ask();
        }
        catch (VireoException error)
        {
            return $"ERROR {(int)error.Code} {(int)error.Domain} {error.Message}";
        }
    }
}
