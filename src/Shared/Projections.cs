using System.Collections;
using Microsoft.CodeAnalysis;

namespace Vireo;

/// <summary>
/// <c>Select</c> without the framework's chain of iterators. There each iterator has a generic virtual method for the next one, and NativeAOT compiles it for every pair of a
/// source's and a result's value type in the whole program: a thousand pairs, two fifths of the daemon's code. Found before System.Linq's in every namespace of the project.
/// </summary>
[Embedded]
internal static class Projections
{
    /// <summary>What the selector makes of each item, made when it is asked for; a source that knows its length keeps it.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector) =>
        source is IReadOnlyCollection<TSource> counted ? new CountedProjection<TSource, TResult>(counted, selector) : Each(source, selector);

    private static IEnumerable<TResult> Each<TSource, TResult>(IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (var item in source)
            yield return selector(item);
    }

    /// <summary>A projection whose length is known: it goes into an array or a list at once.</summary>
    private sealed class CountedProjection<TSource, TResult>(IReadOnlyCollection<TSource> source, Func<TSource, TResult> selector) : ICollection<TResult>, IReadOnlyCollection<TResult>
    {
        public int Count => source.Count;

        public bool IsReadOnly => true;

        public void CopyTo(TResult[] array, int arrayIndex)
        {
            foreach (var item in source)
                array[arrayIndex++] = selector(item);
        }

        public bool Contains(TResult item) => Enumerable.Contains(Each(source, selector), item);

        public IEnumerator<TResult> GetEnumerator() => Each(source, selector).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        void ICollection<TResult>.Add(TResult item) => throw new NotSupportedException();

        void ICollection<TResult>.Clear() => throw new NotSupportedException();

        bool ICollection<TResult>.Remove(TResult item) => throw new NotSupportedException();
    }
}
