using Vireo.Cli.HostValidation;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>host-validate</c>: what virt-host-validate checks, and what to do about it.</summary>
internal static class HostValidationCommand
{
    public static ValueTask RunAsync(CommandContext context)
    {
        var wanted = context.Command.Text("hypervisor");
        var checks = new HostChecks("/");
        var groups = new List<(string Title, IReadOnlyList<HostCheck> Checks)>();
        if (wanted is null or "qemu")
        {
            groups.Add(("QEMU", checks.ForQemu()));
        }
        if (wanted is null or "lxc")
        {
            groups.Add(("LXC", checks.ForContainers()));
        }
        if (groups.Count == 0)
        {
            throw new CommandException($"unsupported hypervisor name {wanted}");
        }
        foreach (var (title, made) in groups)
        {
            foreach (var check in made)
            {
                context.PrintLine($"{title,6}: Checking {check.What,-60}: {Text(check)}");
                context.Failed |= check.Result == HostCheckResult.Fail;
            }
        }
        return ValueTask.CompletedTask;
    }

    private static string Text(HostCheck check) => check.Result switch
    {
        HostCheckResult.Pass => "PASS",
        HostCheckResult.Warn => $"WARN ({check.Advice})",
        _ => $"FAIL ({check.Advice})",
    };
}
