using Vireo.Host.Processes;

namespace Vireo.Host.Tests.Processes;

public sealed class ProcessFiguresTests
{
    private const string Rest = " S 1 2 3 0 -1 4194560 10 0 0 0 250 130 0 0 20 0 5 0 777 1000000 61 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0";

    [Theory]
    [InlineData("42 (qemu)")]
    [InlineData("42 (a b) (c)")]
    [InlineData("42 ()) R 9 9 9)")]
    public void ReadsFiguresBehindAnyName(string head)
    {
        var figures = ProcessFigures.Parse(head + Rest).ShouldNotBeNull();
        figures.UserNanoseconds.ShouldBe(2_500_000_000UL);
        figures.SystemNanoseconds.ShouldBe(1_300_000_000UL);
        figures.Processor.ShouldBe(3);
        figures.ResidentKiB.ShouldBe(61UL * (ulong)Environment.SystemPageSize / 1024);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("42 (x)")]
    [InlineData("42 (x) S 1 2 3")]
    [InlineData("no brackets")]
    public void WhatIsNoLineTellsNothing(string? line) => ProcessFigures.Parse(line).ShouldBeNull();

    [Fact]
    public void ThisProcessHasUsedItsProcessor()
    {
        var figures = ProcessFigures.Of(Environment.ProcessId).ShouldNotBeNull();
        figures.Nanoseconds.ShouldBeGreaterThan(0UL);
        figures.ResidentKiB.ShouldBeGreaterThan(1024UL);
        ProcessFigures.Of(Environment.ProcessId, Environment.ProcessId).ShouldNotBeNull();
    }

    [Fact]
    public void AThreadRunsWhereItIsSaidTo()
    {
        using var process = HostProcess.Start(new("/bin/sleep", ["60"]));
        try
        {
            var first = Affinity.Of(process.Pid)[0];
            var map = new byte[(first / 8) + 1];
            map[first / 8] = (byte)(1 << (first % 8));
            Affinity.Set(process.Pid, map);
            Affinity.Of(process.Pid).ShouldBe([first]);
            Affinity.Threads(process.Pid).ShouldBe([process.Pid]);
            Should.Throw<IOException>(() => Affinity.Set(process.Pid, new byte[1])).HResult.ShouldBe(22, "an empty set");
        }
        finally
        {
            process.Kill(Signals.Kill);
        }
    }
}
