namespace Vireo.Cli.HostValidation;

/// <summary>How a check went.</summary>
internal enum HostCheckResult
{
    /// <summary>It is there.</summary>
    Pass,

    /// <summary>It is missing, and guests run without it.</summary>
    Warn,

    /// <summary>It is missing, and guests of that kind do not run, or not well.</summary>
    Fail,
}

/// <summary>One thing about a host.</summary>
/// <param name="What">What is looked for.</param>
/// <param name="Result">How it went.</param>
/// <param name="Advice">What can be done when it is missing.</param>
internal sealed record HostCheck(string What, HostCheckResult Result, string Advice)
{
    /// <summary>A check that is <paramref name="unmet"/> unless something is there.</summary>
    public static HostCheck Of(string what, bool there, HostCheckResult unmet, string advice) => new(what, there ? HostCheckResult.Pass : unmet, advice);
}
