using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Tests.Xdr;

public sealed class XdrReaderTests
{
    [Fact]
    public void A_string_at_its_bound_is_read_and_one_over_it_refused()
    {
        byte[] bytes = [0, 0, 0, 3, (byte)'a', (byte)'b', (byte)'c', 0];
        new XdrReader(bytes).ReadString(3).ShouldBe("abc");
        Refused(bytes, static (ref XdrReader reader) => reader.ReadString(2));
    }

    [Fact]
    public void A_length_beyond_the_payload_is_refused_before_anything_is_allocated()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused([0x00, 0x3f, 0xff, 0xff, 1, 2, 3, 4], static (ref XdrReader reader) => reader.ReadString(WireLimits.MaxString));
        Refused([0x00, 0x3f, 0xff, 0xff, 1, 2, 3, 4], static (ref XdrReader reader) => Codec.ReadArray(ref reader, WireLimits.MaxString, 4, static (ref XdrReader r) => r.ReadInt32()));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256 * 1024);
    }

    [Fact]
    public void An_array_must_fit_what_is_left_by_the_least_size_of_its_elements() =>
        Refused([0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2], static (ref XdrReader reader) => Codec.ReadArray(ref reader, 10, 8, static (ref XdrReader r) => r.ReadInt64()));

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 0xff, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 3, (byte)'a', 0, (byte)'b', 0 })]
    public void Text_that_is_no_text_is_refused_by_a_server(byte[] bytes) =>
        Refused(bytes, static (ref XdrReader reader) => reader.ReadString(10));

    [Fact]
    public void A_client_takes_foreign_bytes_as_replacement_characters() =>
        new XdrReader([0, 0, 0, 1, 0xff, 0, 0, 0], lenientText: true).ReadString(10).ShouldBe("\ufffd");

    [Fact]
    public void A_flag_is_zero_or_one() => Refused([0, 0, 0, 2], static (ref XdrReader reader) => reader.ReadBool());

    [Fact]
    public void A_fixed_text_takes_four_bytes_a_char()
    {
        var writer = new XdrWriter();
        Codec.WriteFixedText(ref writer, "x86_64", 32);
        writer.Position.ShouldBe(128);
        var reader = new XdrReader(writer.Written);
        Codec.ReadFixedText(ref reader, 32).ShouldBe("x86_64");
        writer.Dispose();
    }

    [Fact]
    public void Nothing_longer_than_a_packet_is_written() =>
        Should.Throw<VireoException>(static () =>
        {
            var writer = new XdrWriter();
            for (int i = 0; i < 9; i++) writer.WriteOpaque(new byte[4194304], 4194304);
        }).Code.ShouldBe(ErrorCode.Rpc);

    private static void Refused<T>(byte[] bytes, XdrDecoder<T> read) =>
        Should.Throw<XdrException>(() =>
        {
            var reader = new XdrReader(bytes);
            read(ref reader);
        });
}
