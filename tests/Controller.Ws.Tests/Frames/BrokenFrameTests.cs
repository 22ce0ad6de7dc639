using Controller.Ws.Frames;
using Controller.Ws.Tests.Support;
using CsCheck;
using Nerdbank.MessagePack;

namespace Controller.Ws.Tests.Frames;

/// <summary>Whatever comes over the wire is understood or refused; nothing throws or reads beyond its end.</summary>
public sealed class BrokenFrameTests
{
    [Test]
    public void Every_prefix_and_every_extension_of_a_frame_is_refused()
    {
        foreach (var name in SampleFrames.Names())
        {
            var frame = SampleFrames.Bytes(name);
            for (var length = 0; length < frame.Length; length++)
            {
                if (FrameMap.TryRead(frame.AsMemory(0, length), out _))
                {
                    throw new InvalidOperationException($"{name} cut to {length} bytes was taken");
                }
            }

            if (FrameMap.TryRead((byte[])[.. frame, 0xc0], out _))
            {
                throw new InvalidOperationException($"{name} with a byte behind it was taken");
            }
        }
    }

    [Test]
    public void No_bytes_make_it_throw() =>
        Gen.Byte.Array[0, 200].Sample(bytes => !FrameMap.TryRead(bytes, out var map) || InBounds(map, bytes));

    [Test]
    public void No_change_of_a_frame_makes_it_throw() =>
        Gen.Select(Gen.Int[0, SampleFrames.Names().Count() - 1].Select(i => SampleFrames.Names().ElementAt(i)), Gen.Int[0, 500], Gen.Byte, Gen.Int[0, 500], Gen.Byte).Sample((name, at, value, at2, value2) =>
        {
            var frame = SampleFrames.Bytes(name);
            frame[at % frame.Length] = value;
            frame[at2 % frame.Length] = value2;
            return !FrameMap.TryRead(frame, out var map) || InBounds(map, frame);
        });

    [Test]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0x01 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xcc, 0x01 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xcd, 0x00, 0x01 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xce, 0, 0, 0, 1 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xcf, 0, 0, 0, 0, 0, 0, 0, 1 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xd0, 0x01 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xd1, 0x00, 0x01 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xd2, 0, 0, 0, 1 })]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xd3, 0, 0, 0, 0, 0, 0, 0, 1 })]
    public async Task A_type_may_have_any_width(byte[] frame)
    {
        await Assert.That(FrameMap.TryRead(frame, out var map)).IsTrue();
        await Assert.That(map.Type).IsEqualTo(MessageType.Stdout);
    }

    [Test]
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xff })] // -1
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xcd, 0x01, 0x00 })] // 256
    [Arguments(new byte[] { 0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xc0 })] // nil
    [Arguments(new byte[] { 0x80 })]
    [Arguments(new byte[] { 0x91, 0x01 })]
    [Arguments(new byte[] { 0xdf, 0xff, 0xff, 0xff, 0xff })]
    public async Task What_has_no_type_is_no_frame(byte[] frame) => await Assert.That(FrameMap.TryRead(frame, out _)).IsFalse();

    [Test]
    public async Task Unknown_keys_of_any_kind_are_passed_over()
    {
        // {type: 1, x: {a: [1.5, nil, true, ext]}, data: "str"}
        byte[] frame =
        [
            0x83, 0xa4, .. "type"u8, 0x01, 0xa1, (byte)'x', 0x81, 0xa1, (byte)'a', 0x94, 0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0xc3, 0xd4, 0x05, 0x00,
            0xa4, .. "data"u8, 0xa3, .. "str"u8,
        ];
        await Assert.That(FrameMap.TryRead(frame, out var map)).IsTrue();
        await Assert.That(frame.AsSpan(map.Data.Start, map.Data.Length).ToArray()).IsEquivalentTo("str"u8.ToArray());
    }

    [Test]
    public async Task A_deep_nest_does_not_exhaust_the_stack()
    {
        byte[] head = [0x82, 0xa4, .. "type"u8, 0x01, 0xa1, (byte)'x'];
        byte[] frame = [.. head, .. Enumerable.Repeat((byte)0x91, 900_000), 0x01];
        await Assert.That(FrameMap.TryRead(frame, out var map) && map.Type == MessageType.Stdout).IsTrue();
        await Assert.That(FrameMap.TryRead(frame[..^1], out _)).IsFalse();
    }

    private static bool InBounds(FrameMap map, byte[] frame) =>
        map.Data.Start >= 0 && map.Data.Length >= 0 && map.Data.Start + map.Data.Length <= frame.Length;
}
