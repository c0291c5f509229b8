using System.Collections;
using System.Reflection;

namespace Vireo.Config.Tests.Generated;

/// <summary>
/// Documents near given ones: some members are left out, or have a value that another document has in the same place, or one drawn from their declaration.
/// </summary>
/// <param name="documents">What values are taken from.</param>
/// <param name="vocabulary">The words that drawn members and values may have.</param>
internal sealed class RandomChange(IEnumerable<object> documents, IReadOnlySet<string> vocabulary)
{
    // What a new element says of itself by chance; more of it, and larger numbers, are refused more often.
    private const double Density = 0.15;
    private const int Largest = 40;

    private readonly Dictionary<(Type, string), List<object>> _seen = Collect(documents);

    /// <summary>A record like the given one, but for one member somewhere in it.</summary>
    /// <param name="record">What is changed.</param>
    /// <param name="random">Where chance comes from.</param>
    public T Once<T>(T record, Random random) => (T)Change(record!, random);

    private static Dictionary<(Type, string), List<object>> Collect(IEnumerable<object> documents)
    {
        var seen = new Dictionary<(Type, string), List<object>>();
        var known = new HashSet<(Type, string, object)>();
        void Take(object record)
        {
            foreach (var property in RandomRecord.Members(record.GetType()))
            {
                foreach (var value in Values(property.GetValue(record)))
                {
                    if (known.Add((record.GetType(), property.Name, value)))
                    {
                        var key = (record.GetType(), property.Name);
                        seen[key] = seen.GetValueOrDefault(key) ?? [];
                        seen[key].Add(value);
                    }

                    if (IsRecord(value))
                    {
                        Take(value);
                    }
                }
            }
        }

        foreach (var document in documents)
        {
            Take(document);
        }

        return seen;
    }

    private object Change(object record, Random random)
    {
        var members = RandomRecord.Members(record.GetType()).Where(Drawing(random).Knows).ToList();
        if (members.Count == 0)
        {
            return record;
        }

        var devices = members.Find(m => m.PropertyType == typeof(DevicesConfig));
        var set = members.Where(m => Values(m.GetValue(record)).Any(IsRecord)).ToList();
        var member = devices is not null && random.Next(4) > 0 ? devices
            : set.Count > 0 && random.Next(3) > 0 ? set[random.Next(set.Count)]
            : members[random.Next(members.Count)];
        var value = member.GetValue(record);
        var changed = IsList(member) ? ChangeList(record, member, (IList)Values(value).ToList(), random)
            : value is not null && IsRecord(value) && random.Next(4) > 0 ? Change(value, random)
            : value is not null && random.Next(4) == 0 && !RandomRecord.IsRequired(member) && Empty(member) is var none ? none
            : Drawn(record, member, random);
        var copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        member.SetValue(copy, changed);
        return copy;
    }

    private object ChangeList(object record, PropertyInfo member, IList items, Random random)
    {
        var at = random.Next(Math.Max(items.Count, 1));
        switch (random.Next(4))
        {
            case 0 when items.Count > 0:
                items.RemoveAt(at);
                break;
            case 1 or 2 when items.Count > 0 && IsRecord(items[at]!):
                items[at] = Change(items[at]!, random);
                break;
            default:
                items.Insert(random.Next(items.Count + 1), Values(Drawn(record, member, random)).First());
                break;
        }

        var array = Array.CreateInstance(member.PropertyType.GetGenericArguments()[0], items.Count);
        items.CopyTo(array, 0);
        return Activator.CreateInstance(member.PropertyType, BindingFlags.Instance | BindingFlags.NonPublic, null, [array], null)!;
    }

    // A value that somebody wrote is good more often than one by chance.
    private object Drawn(object record, PropertyInfo member, Random random) =>
        _seen.GetValueOrDefault((record.GetType(), member.Name)) is { } seen && random.Next(3) > 0 ? seen[random.Next(seen.Count)] : Drawing(random).Member(member)!;

    private RandomRecord Drawing(Random random) => new(random) { Density = Density, Largest = Largest, Vocabulary = vocabulary };

    private static object? Empty(PropertyInfo member) => member.PropertyType.IsValueType ? Activator.CreateInstance(member.PropertyType) : null;

    private static IEnumerable<object> Values(object? value) => value is null ? [] : value is IEnumerable items and not string && value.GetType().IsValueType ? items.Cast<object>() : [value];

    private static bool IsList(PropertyInfo member) => member.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ConfigList<>);

    private static bool IsRecord(object value) => value.GetType().GetMethod("<Clone>$") is not null && value is not XmlFragment;
}
