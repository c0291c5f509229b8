using System.Text;

namespace Vireo.TestKit;

/// <summary>Texts spoiled at random, the same ones in every run: whoever reads one understands it or refuses it, and does nothing else.</summary>
public static class SpoiledText
{
    /// <summary>Has spoiled texts read.</summary>
    /// <param name="use">Reads one.</param>
    /// <param name="seeds">Texts that are fine.</param>
    /// <param name="pieces">What is put into them.</param>
    /// <param name="rounds">How many texts are made.</param>
    /// <returns>The first text that was not refused with a <see cref="VireoException"/> but failed otherwise, and how; null when there is none.</returns>
    public static string? FindHarm(Action<string> use, IReadOnlyList<string> seeds, IReadOnlyList<string> pieces, int rounds)
    {
        var random = new Random(20260102);
        for (var round = 0; round < rounds; round++)
        {
            var text = new StringBuilder(seeds[random.Next(seeds.Count)]);
            for (var change = random.Next(1, 6); change > 0; change--)
                Change(text, random, seeds, pieces);
            try
            {
                use(text.ToString());
            }
            catch (VireoException)
            {
                // Refused.
            }
            catch (Exception other)
            {
                return $"{other}\n{text}";
            }
        }

        return null;
    }

    private static void Change(StringBuilder text, Random random, IReadOnlyList<string> seeds, IReadOnlyList<string> pieces)
    {
        var at = random.Next(text.Length + 1);
        switch (random.Next(5))
        {
            case 0:
                text.Insert(at, pieces[random.Next(pieces.Count)]);
                break;
            case 1:
                text.Remove(at, Math.Min(random.Next(12), text.Length - at));
                break;
            case 2 when at < text.Length:
                text[at] = (char)random.Next(1, 256);
                break;
            case 3:
                text.Insert(at, seeds[random.Next(seeds.Count)]);
                break;
            default:
                text.Append(text.ToString(at, Math.Min(random.Next(40), text.Length - at)));
                break;
        }
    }
}
