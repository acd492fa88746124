using System.Diagnostics;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>
/// A million frames read out of damaged streams: the decoder answers with a result, whatever comes and however it is cut.
/// </summary>
public class FrameFuzzTests
{
    private const int FramesInAll = 1_000_000;
    private const int MaxMessage = 2000;

    [Fact]
    public void TryRead_MutatedFrames_NoExceptionProgressBoundedMemoryAndTheSameHoweverCut()
    {
        var seed = Environment.GetEnvironmentVariable("FUZZ_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"FUZZ_SEED={seed}");
        var random = new Random(seed);
        var bytes = new byte[64 * 1024];
        var frames = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var ends = new int[2];
        while (frames < FramesInAll)
        {
            var role = (FrameRole)random.Next(2);
            var checks = (ProtocolChecks)random.Next(2);
            var length = 0;
            var count = random.Next(1, 12);
            for (var i = 0; i < count; i++)
            {
                length += WriteFrame(random, role, bytes.AsSpan(length));
            }

            Mutate(random, bytes.AsSpan(0, length));
            var whole = Run(role, checks, bytes.AsSpan(0, length), null, seed, out var found);
            var cut = Run(role, checks, bytes.AsSpan(0, length), random, seed, out _);
            if (whole != cut)
            {
                Assert.Fail($"FUZZ_SEED={seed}: {role} {checks} {Convert.ToHexString(bytes.AsSpan(0, length))}: {whole} and cut {cut}");
            }

            frames += found;
            ends[whole.Ended ? 1 : 0]++;
        }

        var took = Stopwatch.GetElapsedTime(started);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{frames} frames in {took}; {ends[1]} of {ends.Sum()} streams ended; {allocated / frames} B a frame");
        Assert.True(ends[0] > ends.Sum() / 20 && ends[1] > ends.Sum() / 20, "the frames are all good or all bad: the test shows nothing");
        Assert.True(allocated / frames < 1000, $"{allocated / frames} bytes allocated for a frame");
        Assert.True(took < TimeSpan.FromSeconds(60), $"took {took}");
    }

    private static int WriteFrame(Random random, FrameRole role, Span<byte> to)
    {
        Span<byte> payload = stackalloc byte[200];
        payload = payload[..(random.Next(8) == 0 ? random.Next(200) : random.Next(20))];
        payload.Fill((byte)'a');
        if (payload.Length > 3 && random.Next(4) == 0)
        {
            "\U0001F600"u8.CopyTo(payload[random.Next(payload.Length - 3)..]);
        }

        var opcode = random.Next(12) switch { < 4 => 1, < 7 => 2, < 9 => 0, 9 => 9, 10 => 10, _ => random.Next(40) == 0 ? 8 : 2 };
        var masked = role == FrameRole.Server ^ random.Next(50) == 0;
        return FrameEncoder.Write(
            to, (Opcode)opcode, payload, masked ? (uint)random.Next() : null, fin: opcode >= 8 || random.Next(3) > 0);
    }

    private static void Mutate(Random random, Span<byte> bytes)
    {
        for (var mutations = random.Next(4); mutations > 0; mutations--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = 0x80;
                    break;
                default:
                    var from = bytes[random.Next(bytes.Length)..];
                    from[..Math.Min(4, Math.Min(from.Length, bytes.Length - at))].CopyTo(bytes[at..]);
                    break;
            }
        }
    }

    private static Outcome Run(FrameRole role, ProtocolChecks checks, ReadOnlySpan<byte> bytes, Random? cuts, int seed, out int found)
    {
        var decoder = new FrameDecoder(role, checks, MaxMessage);
        var hash = new HashCode();
        var open = new HashCode();
        var openLength = 0;
        found = 0;
        Span<byte> piece = stackalloc byte[4096];
        try
        {
            while (!bytes.IsEmpty)
            {
                var length = Math.Min(bytes.Length, cuts is null ? piece.Length : cuts.Next(3) == 0 ? cuts.Next(1, 200) : cuts.Next(1, 8));
                bytes[..length].CopyTo(piece);
                bytes = bytes[length..];
                var input = piece[..length];
                while (decoder.TryRead(ref input, out var frame))
                {
                    found++;
                    if (frame.Kind != FrameKind.MessagePart)
                    {
                        hash.Add(frame.Kind);
                        hash.Add(frame.Violation);
                        hash.Add(frame.CloseCode);
                        hash.Add(frame.CloseReason);
                        hash.AddBytes(frame.Payload);
                        continue;
                    }

                    if (frame.IsFirst)
                    {
                        (open, openLength) = (new HashCode(), 0);
                    }

                    openLength += frame.Payload.Length;
                    foreach (var value in frame.Payload)
                    {
                        open.Add(value);
                    }

                    if (frame.IsFinal)
                    {
                        hash.Add(open.ToHashCode());
                    }

                    Assert.True(openLength <= MaxMessage, "a message above the limit came through");
                }

                Assert.True(input.IsEmpty, "input was left");
                Assert.True(found <= 4096 * 12, "no progress");
            }
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"FUZZ_SEED={seed}: {role} {checks}: {e}");
        }

        return new Outcome(decoder.IsEnded, decoder.IsInsideMessage && !decoder.IsEnded, hash.ToHashCode());
    }

    private readonly record struct Outcome(bool Ended, bool Inside, int Hash);
}
