using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Files;
using Vireo.Host.Native;

namespace Vireo.Host.Facts;

/// <summary>The time stamp counter that guests see.</summary>
/// <param name="Hertz">How fast it counts.</param>
/// <param name="Scaling">It can be made to count otherwise for a guest.</param>
public sealed record TimeStampCounter(ulong Hertz, bool Scaling);

/// <summary>What the kernel tells of the processor through its devices; null where they are not there, or not ours to read.</summary>
public static class KvmFacts
{
    private const string Kvm = "/dev/kvm";
    private const nuint CreateMachine = 0xae01;
    private const nuint CheckExtension = 0xae03;
    private const nuint CreateProcessor = 0xae41;
    private const nuint GetTscKilohertz = 0xaea3;
    private const nuint GetRegisters = 0xc008ae88;
    private const nint TscControl = 60;
    private const ulong HertzPerKilohertz = 1000;

    /// <summary>A model-specific register, from the processor itself or else as KVM shows it to guests.</summary>
    /// <param name="index">Its number.</param>
    public static ulong? ReadRegister(uint index) => FromProcessor(index) ?? FromKvm(index);

    /// <summary>The counter; asking makes a guest without memory for a moment.</summary>
    public static unsafe TimeStampCounter? Counter()
    {
        using var kvm = Open(Kvm, write: true);
        if (kvm is null || Made(kvm, CreateMachine) is not { } machine)
        {
            return null;
        }

        using (machine)
        {
            using var processor = Made(machine, CreateProcessor);
            var kilohertz = processor is null ? -1 : Libc.DeviceControl(processor, GetTscKilohertz, null);
            return kilohertz > 0 ? new((ulong)kilohertz * HertzPerKilohertz, Libc.DeviceControl(kvm, CheckExtension, (void*)TscControl) > 0) : null;
        }
    }

    private static ulong? FromProcessor(uint index)
    {
        using var device = Open("/dev/cpu/0/msr", write: false);
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        try
        {
            return device is not null && RandomAccess.Read(device, value, index) == value.Length ? BinaryPrimitives.ReadUInt64LittleEndian(value) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static unsafe ulong? FromKvm(uint index)
    {
        using var kvm = Open(Kvm, write: true);
        var request = new RegisterRequest { Count = 1, Index = index };
        return kvm is not null && Libc.DeviceControl(kvm, GetRegisters, &request) == 1 ? request.Value : null;
    }

    private static unsafe SafeFileHandle? Made(SafeFileHandle device, nuint request) =>
        Libc.DeviceControl(device, request, null) is >= 0 and var made ? new SafeFileHandle(made, ownsHandle: true) : null;

    private static SafeFileHandle? Open(string path, bool write)
    {
        try
        {
            return HostFile.OpenExisting(path, write);
        }
        catch (VireoException)
        {
            return null;
        }
    }

    /// <summary>struct kvm_msrs with room for one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RegisterRequest
    {
        public uint Count;
        public uint Padding;
        public uint Index;
        public uint Reserved;
        public ulong Value;
    }
}
