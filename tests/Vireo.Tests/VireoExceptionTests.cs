namespace Vireo.Tests;

public sealed class VireoExceptionTests
{
    [Fact]
    public void The_message_is_the_form_with_the_detail()
    {
        var error = new VireoException(ErrorCode.NoDomain, ErrorDomain.Qemu, "no domain with matching name 'x'");

        error.Message.ShouldBe("Domain not found: no domain with matching name 'x'");
        error.Text1.ShouldBe("Domain not found: %s");
        error.Text2.ShouldBe("no domain with matching name 'x'");
        error.Number1.ShouldBe(-1);
    }

    [Fact]
    public void Without_a_detail_it_is_the_bare_form()
    {
        var error = new VireoException(ErrorCode.NoDomain, ErrorDomain.Qemu, null);

        error.Message.ShouldBe("Domain not found");
        error.Text2.ShouldBeNull();
    }

    [Fact]
    public void Unknown_flags_are_named_in_hexadecimal() =>
        Should.Throw<VireoException>(() => VireoException.CheckFlags(0x41, 1, ErrorDomain.Qemu, "virDomainX"))
            .Message.ShouldBe("unsupported flags (0x40) in function virDomainX");
}
