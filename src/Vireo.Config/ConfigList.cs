using System.Collections;
using System.Runtime.CompilerServices;

namespace Vireo.Config;

/// <summary>An immutable list with equality by value, so that records holding one compare as a whole. Built from collection expressions.</summary>
/// <typeparam name="T">What it holds.</typeparam>
[CollectionBuilder(typeof(ConfigList), nameof(ConfigList.Create))]
public readonly struct ConfigList<T> : IReadOnlyList<T>, IEquatable<ConfigList<T>>
{
    private readonly T[]? _items;

    internal ConfigList(T[]? items) => _items = items;

    /// <inheritdoc/>
    public int Count => _items?.Length ?? 0;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Count == 0;

    /// <inheritdoc/>
    public T this[int index] => (_items ?? [])[index];

    /// <summary>The items as a span.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>The list with <paramref name="item"/> at its end.</summary>
    public ConfigList<T> Add(T item) => Insert(Count, item);

    /// <summary>The list with <paramref name="item"/> at <paramref name="index"/>.</summary>
    public ConfigList<T> Insert(int index, T item)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, (uint)Count, nameof(index));
        var items = new T[Count + 1];
        AsSpan()[..index].CopyTo(items);
        items[index] = item;
        AsSpan()[index..].CopyTo(items.AsSpan(index + 1));
        return new(items);
    }

    /// <summary>The list without the item at <paramref name="index"/>.</summary>
    public ConfigList<T> RemoveAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var items = new T[Count - 1];
        AsSpan()[..index].CopyTo(items);
        AsSpan()[(index + 1)..].CopyTo(items.AsSpan(index));
        return new(items);
    }

    /// <summary>The list with the item at <paramref name="index"/> replaced.</summary>
    public ConfigList<T> SetItem(int index, T item)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var items = AsSpan().ToArray();
        items[index] = item;
        return new(items);
    }

    /// <summary>The list with every item put through <paramref name="change"/>; items that come back unchanged cost nothing.</summary>
    public ConfigList<T> Map(Func<T, T> change)
    {
        T[]? items = null;
        for (var i = 0; i < Count; i++)
        {
            var changed = change(_items![i]);
            if (items is null && !ReferenceEquals(changed, _items[i]))
            {
                items = [.. _items];
            }

            if (items is not null)
            {
                items[i] = changed;
            }
        }

        return items is null ? this : new(items);
    }

    /// <summary>Whether an item fits. Asked for so often when a document is checked that it goes over the array itself, without an enumerator.</summary>
    public bool Any(Func<T, bool> match)
    {
        foreach (var item in AsSpan())
        {
            if (match(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether all items fit.</summary>
    public bool All(Func<T, bool> match)
    {
        foreach (var item in AsSpan())
        {
            if (!match(item))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first item that fits, or the default.</summary>
    public T? FirstOrDefault(Func<T, bool> match)
    {
        foreach (var item in AsSpan())
        {
            if (match(item))
            {
                return item;
            }
        }

        return default;
    }

    /// <summary>The items that fit, looked for when they are asked for.</summary>
    public IEnumerable<T> Where(Func<T, bool> match) => Enumerable.Where(_items ?? [], match);

    /// <summary>A list of the items that can be changed.</summary>
    public List<T> ToList()
    {
        var list = new List<T>(Count);
        list.AddRange(AsSpan());
        return list;
    }

    /// <summary>The position of the first item that fits, or -1.</summary>
    public int FindIndex(Predicate<T> match) => _items is null ? -1 : Array.FindIndex(_items, match);

    /// <summary>The first item that fits, or the default.</summary>
    public T? Find(Predicate<T> match) => _items is null ? default : Array.Find(_items, match);

    /// <inheritdoc/>
    public bool Equals(ConfigList<T> other)
    {
        if (ReferenceEquals(_items, other._items))
        {
            return true;
        }

        if (Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (!EqualityComparer<T>.Default.Equals(_items![i], other._items![i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConfigList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in AsSpan())
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether both hold equal items in the same order.</summary>
    public static bool operator ==(ConfigList<T> left, ConfigList<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ConfigList<T> left, ConfigList<T> right) => !left.Equals(right);

    /// <summary>An enumerator that allocates nothing.</summary>
    public Enumerator GetEnumerator() => new(_items);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? []).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", this)}]";

    /// <summary>Walks the items.</summary>
    public struct Enumerator
    {
        private readonly T[]? _items;
        private int _index;

        internal Enumerator(T[]? items)
        {
            _items = items;
            _index = -1;
        }

        /// <summary>The item the enumerator stands on.</summary>
        public readonly T Current => _items![_index];

        /// <summary>Goes to the next item.</summary>
        public bool MoveNext() => _items is not null && ++_index < _items.Length;
    }
}

/// <summary>Makes <see cref="ConfigList{T}"/>.</summary>
public static class ConfigList
{
    /// <summary>A list of <paramref name="items"/>.</summary>
    public static ConfigList<T> Create<T>(ReadOnlySpan<T> items) => new(items.IsEmpty ? null : items.ToArray());

    /// <summary>A list of <paramref name="items"/>.</summary>
    public static ConfigList<T> ToConfigList<T>(this IEnumerable<T> items) => new(items.ToArray() is { Length: > 0 } array ? array : null);
}
