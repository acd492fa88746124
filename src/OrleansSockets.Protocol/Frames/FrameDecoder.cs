using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace OrleansSockets.Frames;

/// <summary>
/// Reads the frames of one direction of a connection, however its bytes are cut into pieces. Does no I/O, keeps no message and copies
/// nothing but what a cut makes necessary: at most a header and the payload of one control frame.
/// </summary>
/// <remarks>Not for two threads at once. Rules: RFC 6455 sections 5 to 8, as far as <see cref="ProtocolChecks"/> asks for them.</remarks>
internal sealed class FrameDecoder
{
    private const int MaxControlPayload = 125;

    private readonly bool _strict;
    private readonly bool _expectsMask;
    private readonly long _maxMessageSize;

    private Stage _stage;
    private HeaderBytes _headerBytes;
    private byte _headerLength;
    private FrameHeader _header;
    private long _taken;

    private bool _inMessage;
    private bool _isText;
    private bool _isFirst;
    private long _messageSize;
    private Utf8Validator _text;

    private byte[] _control = [];

    /// <summary>Makes a decoder that stands before the first frame.</summary>
    /// <param name="role">The side that reads.</param>
    /// <param name="checks">How strict to be.</param>
    /// <param name="maxMessageSize">The most bytes of one message, all fragments together; also of a control frame where
    /// <see cref="ProtocolChecks.Workers"/> lets it pass 125. At least 125.</param>
    public FrameDecoder(FrameRole role, ProtocolChecks checks, long maxMessageSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageSize, MaxControlPayload);
        _strict = checks == ProtocolChecks.Strict;
        _expectsMask = role == FrameRole.Server;
        _maxMessageSize = maxMessageSize;
    }

    private enum Stage : byte
    {
        Header,
        Data,
        Control,
        Ended,
    }

    /// <summary>Whether a Close or a violation was read: whatever follows is discarded.</summary>
    public bool IsEnded => _stage == Stage.Ended;

    /// <summary>Whether the input so far ends inside a frame or between two fragments: an end of the stream here cuts a message.</summary>
    public bool IsInsideMessage => _stage is Stage.Data or Stage.Control || _inMessage || _headerLength > 0;

    /// <summary>
    /// Takes the next result off the start of <paramref name="input"/>, which is unmasked in place. False when all input is taken and
    /// more is needed; a payload that is not there as a whole is handed out in parts.
    /// </summary>
    public bool TryRead(scoped ref Span<byte> input, out Frame frame)
    {
        while (!input.IsEmpty && _stage != Stage.Ended)
        {
            if (_stage == Stage.Header)
            {
                if (!TryReadHeader(ref input))
                {
                    break;
                }

                if (Begin() is { } violation)
                {
                    return End(ref input, new Frame(violation), out frame);
                }
            }

            if (_stage == Stage.Data ? TryReadData(ref input, out frame) : TryReadControl(ref input, out frame))
            {
                return true;
            }
        }

        input = default;
        frame = default;
        return false;
    }

    private bool TryReadHeader(scoped ref Span<byte> input)
    {
        if (_headerLength == 0 && FrameHeader.TryRead(input, out _header))
        {
            input = input[_header.Length..];
            return true;
        }

        while (!input.IsEmpty)
        {
            _headerBytes[_headerLength++] = input[0];
            input = input[1..];
            if (FrameHeader.TryRead(_headerBytes[.._headerLength], out _header))
            {
                _headerLength = 0;
                return true;
            }
        }

        return false;
    }

    /// <summary>Checks the header just read and enters its frame.</summary>
    private FrameViolation? Begin()
    {
        if (Check() is { } violation)
        {
            return violation;
        }

        _taken = 0;
        if (_header.IsControl)
        {
            _stage = Stage.Control;
            return null;
        }

        _stage = Stage.Data;
        if (_header.Opcode != Opcode.Continuation)
        {
            _isText = _header.Opcode == Opcode.Text;
            _isFirst = true;
            _inMessage = true;
            _messageSize = 0;
        }

        _messageSize += (long)_header.PayloadLength;
        return null;
    }

    // The order is the one of Cloudflare's runtime: it decides which of two violations in one header is named.
    private FrameViolation? Check()
    {
        if (_header.Rsv2Or3)
        {
            return Violation("Received frame had RSV bits 2 or 3 set");
        }

        if (_strict && CheckStrictly() is { } violation)
        {
            return violation;
        }

        var room = _inMessage && !_header.IsControl ? _maxMessageSize - _messageSize : _maxMessageSize;
        if (_header.PayloadLength > (ulong)room)
        {
            return new FrameViolation(CloseCode.MessageTooBig, $"Message is too large: {_header.PayloadLength} > {room}");
        }

        if (_header.Opcode == Opcode.Continuation && !_inMessage)
        {
            return Violation("Unexpected continuation frame");
        }

        if (_header.Opcode != Opcode.Continuation && !_header.IsControl && _inMessage)
        {
            return Violation("Missing continuation frame");
        }

        if (_header.IsControl && !_header.Fin)
        {
            return Violation("Received fragmented control frame");
        }

        // The bit would be good in the first frame of a message if an extension were negotiated that uses it.
        if (_header.Rsv1)
        {
            return Violation(_strict
                ? "Received compressed frame without negotiated compression"
                : "Received a WebSocket frame whose compression bit was set, but the compression extension was not negotiated for this "
                    + "connection.");
        }

        return _header.Opcode is <= Opcode.Binary or (>= Opcode.Close and <= Opcode.Pong)
            ? null
            : Violation($"Unknown opcode {(int)_header.Opcode}");
    }

    private FrameViolation? CheckStrictly()
    {
        if (_header.Masked != _expectsMask)
        {
            return Violation(_expectsMask ? "Received frame was not masked" : "Received frame was masked");
        }

        if (_header.IsControl && _header.PayloadLength > MaxControlPayload)
        {
            return Violation("Received control frame with more than 125 bytes");
        }

        if (_header.PayloadLength > long.MaxValue)
        {
            return Violation("Received frame with a length of 64 bits");
        }

        return _header.IsShortestForm ? null : Violation("Received frame with a length that is not in its shortest form");
    }

    private bool TryReadData(scoped ref Span<byte> input, out Frame frame)
    {
        var part = Take(ref input);
        FrameMask.Apply(part, _header.MaskKey, _taken);
        _taken += part.Length;
        var frameEnds = _taken == (long)_header.PayloadLength;
        var messageEnds = frameEnds && _header.Fin;
        if (frameEnds)
        {
            _stage = Stage.Header;
        }

        if (_strict && _isText && !(_text.Append(part) && (!messageEnds || _text.IsComplete)))
        {
            return End(ref input, new Frame(new FrameViolation(CloseCode.InvalidPayload, "Received text that is not UTF-8")), out frame);
        }

        if (part.IsEmpty && !messageEnds)
        {
            frame = default;
            return false;
        }

        frame = new Frame(part, _isText, _isFirst, messageEnds);
        _isFirst = false;
        _inMessage = !messageEnds;
        return true;
    }

    private bool TryReadControl(scoped ref Span<byte> input, out Frame frame)
    {
        var payload = Take(ref input);
        FrameMask.Apply(payload, _header.MaskKey, _taken);
        var isWhole = payload.Length == (long)_header.PayloadLength;
        if (!isWhole)
        {
            payload = Keep(payload);
        }

        _taken = payload.Length;
        if (_taken < (long)_header.PayloadLength)
        {
            frame = default;
            return false;
        }

        _stage = Stage.Header;
        if (_header.Opcode == Opcode.Close)
        {
            return End(ref input, ReadClose(payload), out frame);
        }

        frame = new Frame(_header.Opcode == Opcode.Ping ? FrameKind.Ping : FrameKind.Pong, payload);
        return true;
    }

    private Span<byte> Take(scoped ref Span<byte> input)
    {
        var part = input[..(int)Math.Min(input.Length, (long)_header.PayloadLength - _taken)];
        input = input[part.Length..];
        return part;
    }

    /// <summary>Appends to the kept piece of a control frame. Grows with what has arrived, not with what a header announces.</summary>
    private Span<byte> Keep(ReadOnlySpan<byte> piece)
    {
        var length = (int)_taken + piece.Length;
        if (_control.Length < length)
        {
            Array.Resize(ref _control, Math.Max(MaxControlPayload, Math.Max(length, (int)Math.Min(_control.Length * 2L, Array.MaxLength))));
        }

        piece.CopyTo(_control.AsSpan((int)_taken));
        return _control.AsSpan(0, length);
    }

    private Frame ReadClose(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
        {
            return _strict && payload.Length == 1
                ? new Frame(Violation("Received Close frame with a payload of one byte"))
                : new Frame(payload, null, "");
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (_strict && !CloseCode.MayBeReceived(code))
        {
            return new Frame(Violation($"Received Close frame with the invalid code {code}"));
        }

        if (_strict && !Utf8.IsValid(payload[2..]))
        {
            return new Frame(new FrameViolation(CloseCode.InvalidPayload, "Received close reason that is not UTF-8"));
        }

        // 1005 says that there is no code, also where a client spells it out: the answer has no payload then.
        return code == CloseCode.NoStatus && payload.Length == 2
            ? new Frame(payload, null, "")
            : new Frame(payload, code, payload.Length == 2 ? "" : Encoding.UTF8.GetString(payload[2..]));
    }

    private bool End(scoped ref Span<byte> input, Frame last, out Frame frame)
    {
        _stage = Stage.Ended;
        input = default;
        frame = last;
        return true;
    }

    private static FrameViolation Violation(string text) => new(CloseCode.ProtocolError, text);

    [InlineArray(FrameHeader.MaxLength)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
