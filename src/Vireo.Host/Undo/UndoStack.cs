namespace Vireo.Host.Undo;

/// <summary>
/// The reverses of the steps taken so far in a change of many steps, last in first out. Each step pushes how to take it back;
/// <see cref="Success"/> forgets them all; anything else runs them backwards.
/// </summary>
/// <remarks>
/// Reverses take no cancellation token: a change that was cancelled must still be taken back. A reverse that fails does not
/// keep the others from running; every failure is reported.
/// </remarks>
public sealed class UndoStack
{
    private readonly Stack<(string What, Func<ValueTask> Reverse)> _reverses = new();

    /// <summary>How many reverses wait.</summary>
    public int Count => _reverses.Count;

    /// <summary>Adds the reverse of the step just taken.</summary>
    /// <param name="what">What the reverse does, for the report should it fail: "remove /images/a.qcow2".</param>
    /// <param name="reverse">Takes the step back.</param>
    public void Push(string what, Func<ValueTask> reverse)
    {
        ArgumentNullException.ThrowIfNull(reverse);
        _reverses.Push((what, reverse));
    }

    /// <summary>Adds the reverse of the step just taken.</summary>
    /// <param name="what">What the reverse does, for the report should it fail.</param>
    /// <param name="reverse">Takes the step back.</param>
    public void Push(string what, Action reverse)
    {
        ArgumentNullException.ThrowIfNull(reverse);
        _reverses.Push((what, () =>
        {
            reverse();
            return ValueTask.CompletedTask;
        }
        ));
    }

    /// <summary>The change is complete (or has passed the point of no return): nothing pushed so far is taken back any more.</summary>
    public void Success() => _reverses.Clear();

    /// <summary>Runs every reverse, the last pushed first.</summary>
    /// <returns>The reverses that failed; empty when all is back as it was.</returns>
    public async ValueTask<IReadOnlyList<UndoFailure>> RunAsync()
    {
        List<UndoFailure>? failures = null;
        while (_reverses.TryPop(out var step))
        {
            try
            {
                await step.Reverse().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                (failures ??= []).Add(new UndoFailure(step.What, e));
            }
        }

        return failures ?? [];
    }

    /// <summary>
    /// Runs <paramref name="change"/> with a fresh stack: forgets the reverses when it returns, runs them when it throws.
    /// </summary>
    /// <param name="change">The change; pushes a reverse after each step.</param>
    /// <param name="report">Told of each reverse that failed, for the log.</param>
    /// <exception cref="VireoException">
    /// What <paramref name="change"/> threw. When reverses failed too, the same error with what could not be taken back added to its message.
    /// </exception>
    public static async ValueTask<T> RunAsync<T>(Func<UndoStack, ValueTask<T>> change, Action<UndoFailure>? report = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        var undo = new UndoStack();
        try
        {
            var result = await change(undo).ConfigureAwait(false);
            undo.Success();
            return result;
        }
        catch (Exception e)
        {
            var failures = await undo.RunAsync().ConfigureAwait(false);
            if (failures.Count == 0)
            {
                throw;
            }

            foreach (var failure in failures)
            {
                report?.Invoke(failure);
            }

            throw Join(e, failures);
        }
    }

    /// <summary>As <see cref="RunAsync{T}"/>, for a change that yields nothing.</summary>
    public static async ValueTask RunAsync(Func<UndoStack, ValueTask> change, Action<UndoFailure>? report = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        await RunAsync(
            async undo =>
            {
                await change(undo).ConfigureAwait(false);
                return true;
            },
            report).ConfigureAwait(false);
    }

    /// <summary>One error out of the one that stopped a change and those met while taking it back.</summary>
    /// <param name="error">What stopped the change; its code and domain are kept.</param>
    /// <param name="failures">What could not be taken back.</param>
    public static VireoException Join(Exception error, IReadOnlyList<UndoFailure> failures)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(failures);
        var left = string.Join("; ", failures.Select(f => $"could not {f.What}: {f.Error.Message}"));
        var inner = new AggregateException([error, .. failures.Select(f => f.Error)]);
        return error is VireoException known
            ? VireoException.Received(
                known.Code,
                known.Domain,
                known.Severity,
                $"{known.Message} (and while undoing: {left})",
                known.Text1,
                known.Text2,
                known.Text3,
                known.Number1,
                known.Number2,
                inner)
            : VireoException.Internal(ErrorDomain.None, $"{error.Message} (and while undoing: {left})", inner);
    }
}

/// <summary>A reverse that did not work.</summary>
/// <param name="What">What it was to do.</param>
/// <param name="Error">Why it did not.</param>
public sealed record UndoFailure(string What, Exception Error);
