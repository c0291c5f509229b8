using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>What QEMU tells of a guest's CPU is taken as told, or refused, whatever it is.</summary>
public sealed class LiveCpuTests
{
    private static readonly DomainConfig s_domain = DomainConfig.Parse(
        "<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory><os><type machine='q35'>hvm</type></os><cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu></domain>");

    [Theory]
    [InlineData("[{\"features\":\"x\",\"cpuid-register\":\"EDX\",\"cpuid-input-eax\":1}]")]
    [InlineData("[{\"features\":-1,\"cpuid-register\":\"EDX\",\"cpuid-input-eax\":1}]")]
    [InlineData("[{\"features\":1}]")]
    [InlineData("[7]")]
    [InlineData("{}")]
    [InlineData("null")]
    public void Answers_of_another_form_are_refused(string words) => Should.Throw<VireoException>(() => Ask(words)).Code.ShouldBe(ErrorCode.InternalError);

    [Fact]
    public void A_processor_without_words_is_the_documents() => Ask("[]").Model!.Name.ShouldBe("qemu64");

    private static CpuConfig Ask(string words)
    {
        var batch = new QmpBatch();
        var answer = LiveCpu.Ask(batch, s_domain);
        batch.Replies = [.. batch.Commands.Select((_, i) => Task.FromResult(JsonDocument.Parse(i == 0 ? words : i == 1 ? "[]" : "false").RootElement))];
        return answer()!;
    }
}
