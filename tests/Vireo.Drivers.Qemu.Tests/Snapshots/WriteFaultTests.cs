using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>
/// One write to a file after the other fails, with no room left or with an input/output error, until an operation on a domain that is shut off comes through untouched. The error
/// is typed; the operation is taken back or done, at the latest by the daemon that starts next; and nothing is changed in between.
/// </summary>
[Collection("faults")]
public sealed class WriteFaultTests
{
    public static TheoryData<string, string> Walks() => new(from operation in CrashScene.Operations from errno in new[] { "ENOSPC", "EIO" } select (operation, errno));

    [Theory]
    [MemberData(nameof(Walks))]
    public async Task Any_write_may_fail(string operation, string errno)
    {
        var point = $"snapshot.{operation.Split('-')[0]}.planned";
        for (var n = 1; ; n++)
        {
            using var dir = new TemporaryDirectory();
            await using var scene = await CrashScene.SetAsync(dir, operation);
            VireoException? error = null;
            bool failed;
            using (var faults = FaultPoint.Arm($"{point}:{errno}@{n}"))
            {
                try
                {
                    await scene.RunAsync();
                }
                catch (VireoException e)
                {
                    error = e;
                }

                failed = faults.WriteFailed;
            }

            try
            {
                if (scene.HasUnfinished())
                {
                    error.ShouldNotBeNull();
                    (await Should.ThrowAsync<VireoException>(scene.RunAsync)).Message.ShouldContain("restart the daemon", Case.Sensitive, "what is half-done is not built upon");
                }


                await scene.RecoverAsync();
                scene.ShouldBeAllOrNothing();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"after write {n} of {operation} failed with {errno} ({error?.Message ?? "unnoticed"})", e);
            }

            if (!failed)
            {
                error.ShouldBeNull();
                System.Console.WriteLine($"{operation}: {n - 1} writes failed with {errno}, one after the other");
                n.ShouldBeGreaterThan(8);
                return;
            }
        }
    }
}
