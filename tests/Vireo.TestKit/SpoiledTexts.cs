using System.Text;

namespace Vireo.TestKit;

/// <summary>Texts that are spoiled at random, always the same ones.</summary>
/// <param name="Seeds">The texts before they are spoiled.</param>
/// <param name="Pieces">What is put into them, beside one another.</param>
public sealed record SpoiledTexts(IReadOnlyList<string> Seeds, IReadOnlyList<string> Pieces)
{
    /// <summary>Uses as many spoiled texts as are asked for: each has to be understood, or refused by a <see cref="VireoException"/>.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="use">Uses one.</param>
    /// <returns>The first that neither is done with, and what happened; null when there is none.</returns>
    public string? Use(int rounds, Action<string> use)
    {
        var random = new Random(20260102);
        for (var round = 0; round < rounds; round++)
        {
            var text = new StringBuilder(Seeds[random.Next(Seeds.Count)]);
            for (var change = random.Next(1, 6); change > 0; change--)
                Change(text, random);
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

    private void Change(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length + 1);
        switch (random.Next(5))
        {
            case 0:
                text.Insert(at, Pieces[random.Next(Pieces.Count)]);
                break;
            case 1:
                text.Remove(at, Math.Min(random.Next(12), text.Length - at));
                break;
            case 2 when at < text.Length:
                text[at] = (char)random.Next(1, 256);
                break;
            case 3:
                text.Insert(at, Seeds[random.Next(Seeds.Count)]);
                break;
            default:
                text.Append(text.ToString(at, Math.Min(random.Next(40), text.Length - at)));
                break;
        }
    }
}
