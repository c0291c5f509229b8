using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Devices of the platform: IOMMU, cryptography, persistent storage of the firmware's records and variables.</summary>
internal static class PlatformDeviceArguments
{
    private const string Iommu = "iommu0";

    /// <summary>Adds the IOMMU, which QEMU wants before the devices whose memory it guards.</summary>
    public static void AddIommu(ArgumentList arguments, DomainConfig config)
    {
        if (config.Devices.Iommu is not { } iommu)
        {
            return;
        }

        var driver = iommu.Driver;
        switch (iommu.Model)
        {
            case IommuModel.Intel:
                arguments.Device(OptionJson.Device("intel-iommu").OnOff("intremap", driver?.Intremap).Flag("caching-mode", driver?.CachingMode).OnOff("eim", driver?.Eim)
                    .Flag("device-iotlb", driver?.Iotlb).Number("aw-bits", driver?.AwBits).Flag("dma-translation", driver?.DmaTranslation).Text("id", Iommu));
                break;
            case IommuModel.Virtio:
                arguments.Device(OptionJson.Device("virtio-iommu").At(iommu, config));
                break;
            case IommuModel.Amd:
                arguments.Device(OptionJson.Device("amd-iommu").OnOff("intremap", driver?.Intremap).Flag("device-iotlb", driver?.Iotlb).Text("id", Iommu));
                break;
            default:
                // That of an ARM board is a property of the machine.
                break;
        }
    }

    /// <summary>Adds the others.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        foreach (var crypto in config.Devices.Cryptos)
        {
            var id = $"obj{crypto.Alias}";
            arguments.Add("-object", OptionJson.Object(crypto.Backend?.Model == CryptoBackendModel.Lkcf ? "cryptodev-backend-lkcf" : "cryptodev-backend-builtin", id).Number("queues", crypto.Backend?.Queues));
            arguments.Device(OptionJson.Device(DevicePlace.VirtioName("virtio-crypto", crypto.Model, crypto.Address)).Text("cryptodev", id).At(crypto, config).Virtio(crypto.Driver));
        }

        if (config.Devices.Pstore is { } store)
        {
            arguments.Add("-object", OptionJson.Object("memory-backend-file", "mempstore0").Text("mem-path", store.Path).Number("size", store.Size?.Bytes).Flag("share", true));
            arguments.Device(OptionJson.Device("acpi-erst").Text("memdev", "mempstore0").At(store, config));
        }

        if (config.Devices.Nvram?.Address is SpaprVioAddress { Reg: { } register })
        {
            arguments.Add("-global", string.Create(CultureInfo.InvariantCulture, $"spapr-nvram.reg=0x{register:x}"));
        }
    }
}
