using Vireo.Config;
using Vireo.Config.Tests.Generated;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Tests.Defaults;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>Whatever a document holds: it becomes a command line, or is refused with an error of ours.</summary>
public sealed class HostileDocumentTests
{
    private const int Count = 3_000;

    private static readonly DomainConfig s_plain = DomainConfig.Parse("<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory><os><type machine='q35'>hvm</type></os></domain>");

    // One list of devices, or one part of the domain, at a time: a whole document of chance is refused for the first thing in it.
    private static readonly Func<RandomRecord, DomainConfig>[] s_parts =
    [
        r => Devices(d => d with { Disks = [r.Next<DiskConfig>()] }),
        r => Devices(d => d with { Interfaces = [r.Next<InterfaceConfig>()] }),
        r => Devices(d => d with { Hostdevs = [r.Next<HostdevConfig>()] }),
        r => Devices(d => d with { Redirdevs = [r.Next<RedirdevConfig>()], Redirfilter = r.Next<RedirfilterConfig>() }),
        r => Devices(d => d with { Memories = [r.Next<MemoryDevice>()], Shmems = [r.Next<ShmemConfig>()] }),
        r => Devices(d => d with { Filesystems = [r.Next<FilesystemConfig>()] }),
        r => Devices(d => d with { Serials = [r.Next<CharDevice>()], Channels = [r.Next<CharDevice>()] }),
        r => Devices(d => d with { Graphics = [r.Next<GraphicsConfig>()], Videos = [r.Next<VideoConfig>()] }),
        r => Devices(d => d with { Sounds = [r.Next<SoundConfig>()], Audios = [r.Next<AudioConfig>()] }),
        r => Devices(d => d with { Controllers = [r.Next<ControllerConfig>()], Inputs = [r.Next<InputConfig>()], Rngs = [r.Next<RngConfig>()] }),
        r => Devices(d => d with { Smartcards = [r.Next<SmartcardConfig>()], Tpms = [r.Next<TpmConfig>()], Cryptos = [r.Next<CryptoConfig>()] }),
        r => Devices(d => d with { Iommu = r.Next<IommuConfig>(), Vsock = r.Next<VsockConfig>(), Pstore = r.Next<PstoreConfig>(), Nvram = r.Next<NvramDevice>() }),
        r => s_plain with { Cpu = r.Next<CpuConfig>(), Vcpu = r.Next<VcpuConfig>() },
        r => s_plain with { Features = r.Next<FeaturesConfig>() },
        r => s_plain with { Clock = r.Next<ClockConfig>() },
        r => s_plain with { MaxMemory = r.Next<MaxMemoryConfig>(), MemoryBacking = r.Next<MemoryBackingConfig>(), Numatune = r.Next<NumatuneConfig>() },
        r => s_plain with { Os = r.Next<OsConfig>() with { Type = s_plain.Os.Type }, Sysinfos = [r.Next<SysinfoConfig>()] },
        r => s_plain with { Memory = r.Next<DomainMemory>(), LaunchSecurity = r.Next<LaunchSecurityConfig>(), QemuOverride = r.Next<QemuOverride>() },
    ];

    [Fact]
    public void No_document_is_more_than_refused()
    {
        var built = 0;
        for (var seed = 0; seed < Count * LongRun.Factor; seed++)
        {
            var config = s_parts[seed % s_parts.Length](new RandomRecord(new Random(seed)));
            try
            {
                NativeCommandLine.Arguments(DomainDefaults.Apply(config, DomainDefaultsTests.Context), "/run/g", machine: null);
                built++;
            }
            catch (VireoException)
            {
                // Refused.
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}\n{config.ToXml()}");
            }
        }

        built.ShouldBeGreaterThan(Count / 50);
    }

    [Theory]
    [InlineData("", "<features><smm state='on'><tseg unit='EiB'>18446744073709551615</tseg></smm></features>", "")]
    [InlineData("", "<cpu><numa><cell id='0' cpus='0' memory='17179869183' unit='GiB'/></numa></cpu>", "")]
    [InlineData("", "<cpu><numa><cell id='0' cpus='0' memory='9007199254740992' unit='KiB'/><cell id='1' memory='9007199254740992' unit='KiB'/></numa></cpu>", "")]
    [InlineData("<maxMemory slots='4' unit='KiB'>18014398509481983</maxMemory>", "", "<memory model='dimm'><target><size unit='KiB'>18014398509481983</size><node>0</node></target></memory>")]
    [InlineData("<memoryBacking><hugepages><page size='17179869183' unit='GiB'/></hugepages></memoryBacking>", "", "")]
    [InlineData("", "", "<shmem name='a'><size unit='EiB'>15</size></shmem>")]
    [InlineData("", "", "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='99999999999999999999'/></source></hostdev>")]
    [InlineData("", "", "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='0x1ff' slot='0' function='0'/></source></hostdev>")]
    [InlineData("", "", "<redirdev bus='usb' type='null'/><redirfilter><usbdev class='0x100' allow='yes'/></redirfilter>")]
    [InlineData("", "<clock offset='variable' adjustment='2147483647'/>", "")]
    [InlineData("", "<clock offset='absolute' start='18446744073709551615'/>", "")]
    public void Numbers_without_end_are_refused_or_passed_on(string head, string body, string device)
    {
        var xml = $"<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory>{head}<os><type machine='q35'>hvm</type></os>{body}<devices>{device}</devices></domain>";
        try
        {
            NativeCommandLine.Arguments(DomainDefaults.Apply(DomainConfig.Parse(xml), DomainDefaultsTests.Context), "/run/g", machine: null).ShouldNotBeEmpty();
        }
        catch (VireoException)
        {
            // Refused.
        }
    }

    private static DomainConfig Devices(Func<DevicesConfig, DevicesConfig> change) => s_plain with { Devices = change(s_plain.Devices) };
}
