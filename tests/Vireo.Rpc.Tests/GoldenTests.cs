using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Tests;

public sealed class GoldenTests
{
    public static TheoryData<string> Sessions => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.txt").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Recorded_packets_decode_and_encode_identically(string session)
    {
        int packets = 0;
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", session)))
        {
            string[] words = line.Split(' ');
            if (line.Length == 0 || line[0] == '#' || words[1].EndsWith("+fd", StringComparison.Ordinal)) continue;
            byte[] packet = Convert.FromHexString(words[2]);
            Reencode(packet).ShouldBe(packet, $"{session}: {line}");
            packets++;
        }

        packets.ShouldBeGreaterThan(10);
    }

    private static byte[] Reencode(byte[] packet)
    {
        var header = PacketHeader.Read(packet);
        var reader = new XdrReader(packet.AsSpan(WireLimits.MinPacket));
        var writer = new XdrWriter();
        header.Write(ref writer);
        if (header.HasFiles) writer.WriteUInt32(reader.ReadUInt32());
        bool isStream = header.Type is PacketType.Stream or PacketType.StreamHole;
        if (header.Status == PacketStatus.Error && reader.Remaining > 0) ErrorPayload.Write(ref writer, ErrorPayload.Read(ref reader));
        else if (isStream) writer.WriteRaw(reader.TakeRest());
        else Reencoder.TryReencode(header.Program, header.Procedure, header.Type is PacketType.Reply or PacketType.ReplyWithFiles, ref reader, ref writer).ShouldBeTrue();
        reader.Remaining.ShouldBe(0);
        writer.PatchUInt32(0, (uint)writer.Position);
        byte[] written = writer.Written.ToArray();
        writer.Dispose();
        return written;
    }
}
