using System.Globalization;
using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Faults;

/// <summary>The rules that are switched on: what happens at which point, on which hit, or at which write to a file.</summary>
internal sealed partial class FaultPlan
{
    private const int SigKill = 9;
    private const int SigStop = 19;
    private readonly Dictionary<string, List<Rule>> _rules = new(StringComparer.Ordinal);

    // The write that is to fail, counted down from the point that a rule names; 0 before that and after it.
    private int _writesLeft;
    private int _errno;

    private enum Deed
    {
        Kill,
        Stop,
        Tell,
        Throw,
        FailWrite,
    }

    public bool WriteFailed { get; private set; }

    /// <summary>Where it is told what happens: by a process that a test looks at from outside.</summary>
    private TextWriter? Log { get; init; }

    public static FaultPlan? FromEnvironment() =>
        Environment.GetEnvironmentVariable("VIREO_FAULT") is { Length: > 0 } rules ? Parse(rules, Console.Error) : null;

    public static FaultPlan Parse(string rules, TextWriter? log = null)
    {
        var plan = new FaultPlan { Log = log };
        foreach (var text in rules.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, rule) = ParseRule(text);
            foreach (var point in name == "*" ? FaultPoints.All : FaultPoints.All.Contains(name) ? [name] : throw Bad(text, $"there is no fault point '{name}'"))
            {
                if (!plan._rules.TryGetValue(point, out var list))
                {
                    plan._rules[point] = list = [];
                }

                list.Add(rule with { Hits = new Counter() });
            }
        }

        return plan;
    }

    public void Hit(string name)
    {
        if (!FaultPoints.All.Contains(name))
        {
            throw VireoException.Internal(ErrorDomain.None, $"fault point '{name}' is not in the list of fault points");
        }

        foreach (var rule in _rules.GetValueOrDefault(name) ?? [])
        {
            var hit = Interlocked.Increment(ref rule.Hits.Value);
            if (rule.On == 0 || rule.On == hit || rule.Deed == Deed.FailWrite)
            {
                Act(rule, name, hit);
            }
        }
    }

    public int Write(string path)
    {
        if (Volatile.Read(ref _writesLeft) <= 0 || Interlocked.Decrement(ref _writesLeft) != 0)
        {
            return 0;
        }

        WriteFailed = true;
        Log?.WriteLine($"fault: a write to '{path}' fails: {SystemError.Describe(_errno)}");
        return _errno;
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
            [var name, "kill"] => (name, new Rule(Deed.Kill, on)),
            [var name, "stop"] => (name, new Rule(Deed.Stop, on)),
            [var name, "tell"] => (name, new Rule(Deed.Tell, on)),
            [var name, "error"] => (name, new Rule(Deed.Throw, on) { Error = ErrorCode.OperationFailed }),
            [var name, "error", var code] when Enum.TryParse<ErrorCode>(code, out var known) => (name, new Rule(Deed.Throw, on) { Error = known }),
            [var name, "ENOSPC"] when on > 0 => (name, new Rule(Deed.FailWrite, on) { Errno = Errno.NoSpace }),
            [var name, "EIO"] when on > 0 => (name, new Rule(Deed.FailWrite, on) { Errno = Errno.Io }),
            _ => throw Bad(text, "the form is name:kill, name:stop, name:tell or name:error[:ErrorCode], then optionally @hit, or name:ENOSPC@write or name:EIO@write"),
        };
    }

    private static VireoException Bad(string rule, string why) => VireoException.InvalidArgument(ErrorDomain.None, $"fault '{rule}': {why}");

    // To the very thread that passes the point: another one would let this one go on for a while.
    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);

    private void Act(Rule rule, string name, int hit)
    {
        switch (rule.Deed)
        {
            case Deed.Throw:
                throw new VireoException(rule.Error, ErrorDomain.None, $"fault injected at '{name}'");
            case Deed.Tell:
                Log?.WriteLine($"fault: '{name}' is passed, {hit}");
                break;
            case Deed.FailWrite when hit == 1:
                _errno = rule.Errno;
                Volatile.Write(ref _writesLeft, rule.On);
                break;
            case Deed.Kill or Deed.Stop:
                // As a crash would: no handler, no finally, no flush.
                _ = Raise(rule.Deed == Deed.Kill ? SigKill : SigStop);
                break;
        }
    }

    private sealed record Rule(Deed Deed, int On)
    {
        public ErrorCode Error { get; init; }

        public int Errno { get; init; }

        public Counter Hits { get; init; } = new();
    }

    private sealed class Counter
    {
        public int Value;
    }
}
