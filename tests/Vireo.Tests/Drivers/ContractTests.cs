using Vireo.Drivers;

namespace Vireo.Tests.Drivers;

public sealed class ContractTests
{
    private static readonly DomainRef s_domain = new("vm1", Guid.NewGuid(), 1);

    [Fact]
    public async Task A_method_that_a_driver_lacks_answers_no_support()
    {
        var error = await Should.ThrowAsync<VireoException>(async () => await HypervisorDriver.Unsupported.DomainSuspendAsync(s_domain, default));

        error.Code.ShouldBe(ErrorCode.NoSupport);
        error.Message.ShouldBe("this function is not supported by the connection driver: virDomainSuspend");
    }

    [Fact]
    public async Task A_read_only_driver_refuses_to_change_anything()
    {
        var driver = new Recording();

        var error = await Should.ThrowAsync<VireoException>(async () => await driver.AsReadOnly().DomainSuspendAsync(s_domain, default));

        error.Code.ShouldBe(ErrorCode.OperationDenied);
        error.Message.ShouldBe("operation forbidden: read only access prevents virDomainSuspend");
        driver.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task A_read_only_driver_lets_reading_through()
    {
        var driver = new Recording();

        (await driver.AsReadOnly().DomainGetXmlDescAsync(s_domain, 0, default)).ShouldBe("<domain/>");
    }

    [Fact]
    public async Task A_read_only_driver_keeps_secrets()
    {
        var driver = new Recording();

        var error = await Should.ThrowAsync<VireoException>(async () => await driver.AsReadOnly().DomainGetXmlDescAsync(s_domain, (uint)DomainXMLFlags.Secure, default));

        error.Code.ShouldBe(ErrorCode.OperationDenied);
        driver.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task A_read_only_driver_does_not_reach_into_the_guest()
    {
        var agent = (uint)DomainInterfaceAddressesSource.Agent;

        var error = await Should.ThrowAsync<VireoException>(async () => await new Recording().AsReadOnly().DomainInterfaceAddressesAsync(s_domain, agent, 0, default));

        error.Code.ShouldBe(ErrorCode.OperationDenied);
    }

    [Fact]
    public void Read_only_twice_is_the_same_driver()
    {
        var once = new Recording().AsReadOnly();

        once.AsReadOnly().ShouldBeSameAs(once);
    }

    private sealed class Recording : HypervisorDriver
    {
        public int Calls { get; private set; }

        public override ValueTask DomainSuspendAsync(DomainRef dom, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.CompletedTask;
        }

        public override ValueTask<string> DomainGetXmlDescAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.FromResult("<domain/>");
        }
    }
}
