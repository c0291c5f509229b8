using Vireo.Host.Undo;

namespace Vireo.Host.Tests.Undo;

public sealed class UndoStackTests
{
    [Fact]
    public async Task A_failed_change_is_taken_back_last_step_first()
    {
        var done = new List<string>();
        var error = await Should.ThrowAsync<VireoException>(async () => await UndoStack.RunAsync(undo =>
        {
            undo.Push("first", () => done.Add("first"));
            undo.Push("second", async () =>
            {
                await Task.Yield();
                done.Add("second");
            });
            throw VireoException.OperationFailed(ErrorDomain.Qemu, "no");
        }));

        done.ShouldBe(["second", "first"]);
        error.Message.ShouldBe("operation failed: no");
    }

    [Fact]
    public async Task A_change_that_succeeds_is_kept()
    {
        var undone = false;
        var result = await UndoStack.RunAsync(undo =>
        {
            undo.Push("nothing", () => undone = true);
            return ValueTask.FromResult(5);
        });

        result.ShouldBe(5);
        undone.ShouldBeFalse();
    }

    [Fact]
    public async Task Failing_reverses_stop_nobody_and_all_are_reported()
    {
        var done = new List<string>();
        var reported = new List<string>();
        var error = await Should.ThrowAsync<VireoException>(async () => await UndoStack.RunAsync(
            undo =>
            {
                undo.Push("a", () => done.Add("a"));
                undo.Push("remove b", () => throw new IOException("b is stuck"));
                undo.Push("remove c", () => throw new IOException("c is stuck"));
                undo.Push("d", () => done.Add("d"));
                throw VireoException.ConfigUnsupported(ErrorDomain.DomainSnapshot, "original");
            },
            failure => reported.Add(failure.What)));

        done.ShouldBe(["d", "a"]);
        reported.ShouldBe(["remove c", "remove b"]);
        error.Code.ShouldBe(ErrorCode.ConfigUnsupported);
        error.Domain.ShouldBe(ErrorDomain.DomainSnapshot);
        error.Message.ShouldBe("unsupported configuration: original (and while undoing: could not remove c: c is stuck; could not remove b: b is stuck)");
        error.InnerException.ShouldBeOfType<AggregateException>().InnerExceptions.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_pushed_before_success_is_forgotten_what_comes_after_is_not()
    {
        var done = new List<string>();
        var undo = new UndoStack();
        undo.Push("before", () => done.Add("before"));
        undo.Success();
        undo.Push("after", () => done.Add("after"));

        (await undo.RunAsync()).ShouldBeEmpty();

        done.ShouldBe(["after"]);
        undo.Count.ShouldBe(0);
    }
}
