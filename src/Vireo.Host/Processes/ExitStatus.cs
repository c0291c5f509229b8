namespace Vireo.Host.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">What it returned; meaningless when a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
public readonly record struct ExitStatus(int Code, int Signal)
{
    /// <summary>It ended by itself and returned 0.</summary>
    public bool Success => Code == 0 && Signal == 0;

    /// <inheritdoc/>
    public override string ToString() => Signal != 0 ? $"fatal signal {Signal}" : $"exit status {Code}";
}
