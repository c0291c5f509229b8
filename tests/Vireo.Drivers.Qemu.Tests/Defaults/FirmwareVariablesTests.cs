using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>What libvirtd 9.0 makes of the kinds of variables' places in a definition.</summary>
public sealed class FirmwareVariablesTests
{
    private const string Own = "/var/lib/libvirt/qemu/nvram/g_VARS.fd";

    [Theory]
    [InlineData("<nvram type='block'><source dev='/dev/x' index='7' startupPolicy='optional'/></nvram>", "<nvram type='block'><source dev='/dev/x'/></nvram>")]
    [InlineData("<nvram type='block'>/y<source dev='/dev/x'/></nvram>", "<nvram type='block'><source dev='/dev/x'/></nvram>")]
    [InlineData("<nvram type='block'><source file='/x'/></nvram>", "<nvram type='block'><source/></nvram>")]
    [InlineData("<nvram template='/t' type='file'><source file='/x'/></nvram>", "<nvram template='/t' type='file'><source file='/x'/></nvram>")]
    [InlineData("<nvram><source file='/x'/></nvram>", $"<nvram>{Own}</nvram>")]
    [InlineData("<nvram type='network'><source protocol='nbd' name='e'><host name='h' port='1'/></source></nvram>", "<nvram type='network'><source protocol='nbd' name='e'><host name='h' port='1'/></source></nvram>")]
    public void It_is_understood(string variables, string expected) => Define(variables).Os.Nvram.ShouldBe(Parse(expected).Os.Nvram);

    [Theory]
    [InlineData("<nvram type='block'/>", ErrorCode.InternalError, "<nvram type='block'> has no <source>")]
    [InlineData("<nvram type='dir'><source dir='/x'/></nvram>", ErrorCode.ConfigUnsupported, "unsupported nvram disk type 'dir'")]
    [InlineData("<nvram type='volume'><source pool='p' volume='v'/></nvram>", ErrorCode.ConfigUnsupported, "unsupported nvram disk type 'volume'")]
    [InlineData("<nvram type='vhostuser'><source type='unix' path='/s'/></nvram>", ErrorCode.ConfigUnsupported, "unsupported nvram disk type 'vhostuser'")]
    [InlineData("<nvram type='block'><source dev='/dev/x'><reservations managed='yes'/></source></nvram>", ErrorCode.ConfigUnsupported, "persistent reservations are not supported with NVRAM")]
    [InlineData("<nvram type='block'><source dev='/dev/x'><slices><slice type='storage' offset='0' size='1024'/></slices></source></nvram>", ErrorCode.ConfigUnsupported, "slices are not supported with NVRAM")]
    [InlineData("<nvram type='block'><source dev='/dev/x'><encryption format='luks'><secret type='passphrase' usage='x'/></encryption></source></nvram>", ErrorCode.InternalError, "<encryption> is not supported with NVRAM")]
    public void What_cannot_be_had_is_refused(string variables, ErrorCode code, string message)
    {
        var refusal = Should.Throw<VireoException>(() => Define(variables));
        refusal.Code.ShouldBe(code);
        refusal.Message.ShouldEndWith(message);
    }

    private static DomainConfig Define(string variables) => DomainDefaults.Apply(Parse(variables), DomainDefaultsTests.Context);

    private static DomainConfig Parse(string variables) => DomainConfig.Parse(
        $"<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory><os><type machine='q35'>hvm</type><loader readonly='yes' type='pflash'>/code</loader>{variables}</os><features><acpi/></features></domain>");
}
