using System.Text;

namespace Vireo.Qemu.Tests;

/// <summary>
/// Asks the TPM 2.0 of a Linux guest, in the TPM's own commands: for one place of its non-volatile memory, which lies in files of the host, and for one register (PCR 16),
/// which lives with the guest's memory.
/// </summary>
public sealed class GuestTpm(GuestSerial serial)
{
    private const string Owner = "40000001";
    private const string Place = "01500000";
    private const string Debug = "00000010";

    // A session of an empty password.
    private const string Password = "00000009" + "40000009" + "0000" + "00" + "0000";

    /// <summary>Makes the place, of eight bytes.</summary>
    public Task DefineAsync() => DoAsync("8002", "0000012a", Owner + Password + "0000" + "000e" + Place + "000b" + "02060006" + "0000" + "0008");

    /// <summary>Writes eight letters there.</summary>
    public Task WriteAsync(string text) => DoAsync("8002", "00000137", Owner + Place + Password + "0008" + Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text)) + "0000");

    /// <summary>What is written there.</summary>
    public async Task<string> ReadAsync() => Encoding.ASCII.GetString(Convert.FromHexString(await DoAsync("8002", "0000014e", Owner + Place + Password + "0008" + "0000")), 16, 8);

    /// <summary>Extends the register.</summary>
    public Task ExtendAsync() => DoAsync("8002", "00000182", Debug + Password + "00000001" + "000b" + new string('1', 64));

    /// <summary>The register: a hash of all it was extended with.</summary>
    public async Task<string> RegisterAsync() => (await DoAsync("8001", "0000017e", "00000001" + "000b" + "03" + "000001"))[^64..];

    /// <summary>Sends a command; returns the response, which must be one of success, in hexadecimal digits.</summary>
    private async Task<string> DoAsync(string tag, string code, string rest)
    {
        string command = tag + (2 + 4 + 4 + (rest.Length / 2)).ToString("x8") + code + rest;
        string response = await serial.AskAsync("TPM " + string.Concat(command.Chunk(2).Select(pair => "\\x" + new string(pair))));
        return response.Length >= 20 && response[12..20] == "00000000" ? response : throw new InvalidOperationException($"the TPM answers {command} with {response}");
    }
}
