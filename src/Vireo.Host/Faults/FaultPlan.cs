using System.Globalization;
using System.Runtime.InteropServices;

namespace Vireo.Host.Faults;

/// <summary>The rules that are switched on: what happens at which point, on which hit.</summary>
internal sealed partial class FaultPlan
{
    private const int SigKill = 9;
    private readonly Dictionary<string, List<Rule>> _rules = new(StringComparer.Ordinal);

    public static FaultPlan? FromEnvironment() =>
        Environment.GetEnvironmentVariable("VIREO_FAULT") is { Length: > 0 } rules ? Parse(rules) : null;

    public static FaultPlan Parse(string rules)
    {
        var plan = new FaultPlan();
        foreach (var text in rules.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, rule) = ParseRule(text);
            if (!FaultPoints.All.Contains(name))
            {
                throw Bad(text, $"there is no fault point '{name}'");
            }

            if (!plan._rules.TryGetValue(name, out var list))
            {
                plan._rules[name] = list = [];
            }

            list.Add(rule);
        }

        return plan;
    }

    public void Hit(string name)
    {
        if (!FaultPoints.All.Contains(name))
        {
            throw VireoException.Internal(ErrorDomain.None, $"fault point '{name}' is not in the list of fault points");
        }

        if (!_rules.TryGetValue(name, out var rules))
        {
            return;
        }

        foreach (var rule in rules)
        {
            var hit = Interlocked.Increment(ref rule.Hits);
            if (rule.On is 0 || rule.On == hit)
            {
                rule.Act(name);
            }
        }
    }

    private static (string Name, Rule Rule) ParseRule(string text)
    {
        var on = 0;
        var body = text;
        if (text.LastIndexOf('@') is > 0 and var at)
        {
            if (!int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out on) || on < 1)
            {
                throw Bad(text, "what follows '@' must be a number from 1 on");
            }

            body = text[..at];
        }

        return body.Split(':') switch
        {
            [var name, "kill"] => (name, new Rule(null, on)),
            [var name, "error"] => (name, new Rule(ErrorCode.OperationFailed, on)),
            [var name, "error", var code] when Enum.TryParse<ErrorCode>(code, out var known) => (name, new Rule(known, on)),
            _ => throw Bad(text, "the form is name:kill or name:error[:ErrorCode], then optionally @hit"),
        };
    }

    private static VireoException Bad(string rule, string why) => VireoException.InvalidArgument(ErrorDomain.None, $"fault '{rule}': {why}");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private sealed class Rule(ErrorCode? error, int on)
    {
        public int Hits;

        public int On { get; } = on;

        public void Act(string name)
        {
            if (error is { } code)
            {
                throw new VireoException(code, ErrorDomain.None, $"fault injected at '{name}'");
            }

            // As a crash would: no handler, no finally, no flush.
            _ = Kill(Environment.ProcessId, SigKill);
        }
    }
}
