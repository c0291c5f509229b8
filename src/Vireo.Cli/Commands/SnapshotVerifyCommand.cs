using Vireo.Config;

namespace Vireo.Cli.Commands;

/// <summary>Holding snapshots against their images.</summary>
internal static class SnapshotVerifyCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var flags = (DomainSnapshotVerifyFlags)context.Command.Flags(("repair", (uint)DomainSnapshotVerifyFlags.Repair));
        var verification = SnapshotVerificationConfig.Parse(await OwnProgram.AskAsync(() => domain.VerifySnapshotsAsync(flags, context.CancellationToken), "verify snapshots"));
        foreach (var finding in verification.Findings)
        {
            context.PrintLine(Text(finding));
            if (finding.Advice is { } advice)
            {
                context.PrintLine("  " + advice);
            }
        }

        var wrong = verification.Findings.Count(f => f.Severity != "note" && f.Repaired != true);
        var repaired = verification.Findings.Count(f => f.Repaired == true);
        context.PrintLine($"{verification.Images} images of domain '{domain.Name}' and its snapshots: {(wrong == 0 ? "nothing" : wrong)} wrong{(repaired > 0 ? $", {repaired} repaired" : "")}");
        context.Failed = wrong > 0;
    }

    private static string Text(SnapshotFinding finding)
    {
        var about = new[] { finding.Snapshots.Count == 0 ? null : "snapshot " + string.Join(", ", finding.Snapshots), finding.Disk, finding.File }.OfType<string>();
        return string.Join(": ", [finding.Repaired == true ? "repaired" : finding.Severity, .. about, finding.What]);
    }
}
