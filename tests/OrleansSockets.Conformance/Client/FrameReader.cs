using System.Buffers.Binary;
using System.Text;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Client;

/// <summary>A frame as it came: nothing is checked or joined.</summary>
internal readonly record struct RawFrame(byte First, byte[] Payload)
{
    public int Opcode => First & 0x0F;

    /// <summary>The trace entry of the frame.</summary>
    public JsonObject Entry()
    {
        var entry = new JsonObject { ["k"] = "frame", ["op"] = Name(Opcode) };
        if ((First & 0x80) == 0)
        {
            entry["fin"] = false;
        }

        if ((First & 0x70) != 0)
        {
            entry["rsv"] = (First >> 4) & 7;
        }

        if (Opcode == FrameSpec.CloseFrame)
        {
            entry["code"] = Payload.Length < 2 ? null : (int)BinaryPrimitives.ReadUInt16BigEndian(Payload);
            entry["reason"] = Payload.Length < 2 ? string.Empty : Encoding.UTF8.GetString(Payload.AsSpan(2));
        }
        else if (Payload.Length > Script.LongestRecorded)
        {
            entry[Opcode == FrameSpec.TextFrame ? "textLength" : "length"] = Payload.Length;
        }
        else if (Opcode == FrameSpec.TextFrame)
        {
            entry["text"] = Encoding.UTF8.GetString(Payload);
        }
        else
        {
            entry["hex"] = Convert.ToHexStringLower(Payload);
        }

        return entry;
    }

    private static string Name(int opcode) => opcode switch
    {
        0 => "continuation",
        FrameSpec.TextFrame => "text",
        FrameSpec.BinaryFrame => "binary",
        FrameSpec.CloseFrame => "close",
        FrameSpec.PingFrame => "ping",
        FrameSpec.PongFrame => "pong",
        _ => $"op{opcode}",
    };
}

/// <summary>Cuts a stream of bytes from a server into frames.</summary>
internal sealed class FrameReader
{
    private byte[] _bytes = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Bytes of a frame that is not complete yet.</summary>
    public int Pending => _end - _start;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _end < bytes.Length)
        {
            var larger = Pending + bytes.Length > _bytes.Length ? new byte[Math.Max(2 * _bytes.Length, Pending + bytes.Length)] : _bytes;
            _bytes.AsSpan(_start, Pending).CopyTo(larger);
            (_bytes, _start, _end) = (larger, 0, Pending);
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    public bool TryRead(out RawFrame frame)
    {
        frame = default;
        var bytes = _bytes.AsSpan(_start, Pending);
        if (bytes.Length < 2)
        {
            return false;
        }

        var lengthBytes = (bytes[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
        var header = 2 + lengthBytes;
        if (bytes.Length < header)
        {
            return false;
        }

        var length = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            8 => (long)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            _ => bytes[1] & 0x7F,
        };
        if (length < 0 || bytes.Length - header < length)
        {
            return false;
        }

        frame = new RawFrame(bytes[0], bytes.Slice(header, (int)length).ToArray());
        _start += header + (int)length;
        return true;
    }
}
