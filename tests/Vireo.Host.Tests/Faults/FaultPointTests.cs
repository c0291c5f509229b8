using System.Reflection;
using Vireo.Host.Faults;

namespace Vireo.Host.Tests.Faults;

[Collection("writes and faults")]
public sealed class FaultPointTests
{
    [Fact]
    public void Off_by_default() => Should.NotThrow(() => FaultPoint.Hit("no such point, and nobody looks"));

    [Fact]
    public void An_error_rule_throws_with_its_code_on_every_hit()
    {
        using var _ = FaultPoint.Arm($"{FaultPoints.CreateSwapped}:error:ConfigUnsupported");
        for (var i = 0; i < 2; i++)
        {
            Should.Throw<VireoException>(() => FaultPoint.Hit(FaultPoints.CreateSwapped)).Code.ShouldBe(ErrorCode.ConfigUnsupported);
        }

        Should.NotThrow(() => FaultPoint.Hit(FaultPoints.CreateCommitted));
    }

    [Fact]
    public void A_rule_with_a_number_acts_on_that_hit_only()
    {
        using var _ = FaultPoint.Arm($"{FaultPoints.CreateOverlayWritten}:error@2");
        FaultPoint.Hit(FaultPoints.CreateOverlayWritten);
        Should.Throw<VireoException>(() => FaultPoint.Hit(FaultPoints.CreateOverlayWritten)).Code.ShouldBe(ErrorCode.OperationFailed);
        FaultPoint.Hit(FaultPoints.CreateOverlayWritten);
    }

    [Fact]
    public async Task The_write_that_a_rule_counts_to_fails_and_leaves_the_file_as_it_was()
    {
        var directory = Directory.CreateTempSubdirectory("vireo-fault-").FullName;
        var path = Path.Combine(directory, "file");
        await Vireo.Host.Files.AtomicFile.WriteTextAsync(path, "before", cancellationToken: TestContext.Current.CancellationToken);
        for (var n = 1; ; n++)
        {
            using var faults = FaultPoint.Arm($"{FaultPoints.CreatePlanned}:ENOSPC@{n}");
            await Vireo.Host.Files.AtomicFile.WriteTextAsync(path, "before", cancellationToken: TestContext.Current.CancellationToken);
            faults.WriteFailed.ShouldBeFalse("nothing is counted before the point");
            FaultPoint.Hit(FaultPoints.CreatePlanned);
            try
            {
                await Vireo.Host.Files.AtomicFile.WriteTextAsync(path, "after", cancellationToken: TestContext.Current.CancellationToken);
            }
            catch (VireoException e)
            {
                e.Message.ShouldEndWith("No space left on device");
            }

            Directory.GetFiles(directory).ShouldBe([path]);
            if (!faults.WriteFailed)
            {
                n.ShouldBe(6, "create, write, flush, rename, flush of the directory");
                break;
            }

            // Only the last of them comes when the name is the new file's already.
            File.ReadAllText(path).ShouldBe(n < 5 ? "before" : "after");
        }

        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("snapshot.create.swapped:EIO")]
    [InlineData("no.such.point:kill")]
    [InlineData("snapshot.create.swapped")]
    [InlineData("snapshot.create.swapped:explode")]
    [InlineData("snapshot.create.swapped:kill@0")]
    [InlineData("snapshot.create.swapped:error:NoSuchCode")]
    public void A_rule_that_could_never_act_is_refused(string rules) =>
        Should.Throw<VireoException>(() => FaultPoint.Arm(rules)).Code.ShouldBe(ErrorCode.InvalidArg);

    [Fact]
    public void An_armed_process_finds_points_missing_from_the_list()
    {
        using var _ = FaultPoint.Arm($"{FaultPoints.CreateSwapped}:error");
        Should.Throw<VireoException>(() => FaultPoint.Hit("unlisted")).Code.ShouldBe(ErrorCode.InternalError);
    }

    [Fact]
    public void Every_name_is_in_the_list()
    {
        var fields = typeof(FaultPoints).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).ToList();
        fields.Select(f => (string)f.GetRawConstantValue()!).Order().ShouldBe(FaultPoints.All.Order());
    }
}
