using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace OrleansSockets.Frames;

/// <summary>
/// Validates UTF-8 that arrives in pieces (RFC 6455 section 8.1): a character may be cut anywhere, also between two fragments.
/// </summary>
internal struct Utf8Validator
{
    private CutCharacter _cut;
    private int _cutLength;

    /// <summary>Whether no character is cut: a message may end here.</summary>
    public readonly bool IsComplete => _cutLength == 0;

    /// <summary>
    /// Takes the next piece; false as soon as no continuation could make the text valid. Not to be called again after false.
    /// </summary>
    public bool Append(ReadOnlySpan<byte> piece)
    {
        while (_cutLength > 0 && !piece.IsEmpty)
        {
            _cut[_cutLength++] = piece[0];
            piece = piece[1..];
            switch (Rune.DecodeFromUtf8(_cut[.._cutLength], out _, out _))
            {
                case OperationStatus.Done:
                    _cutLength = 0;
                    break;
                case OperationStatus.InvalidData:
                    return false;
            }
        }

        var tail = CutTailLength(piece);
        if (tail > 0)
        {
            piece[^tail..].CopyTo(_cut);
            _cutLength = tail;
            piece = piece[..^tail];
        }

        return Utf8.IsValid(piece);
    }

    /// <summary>Bytes at the end that are a correct beginning of a character and not yet the whole.</summary>
    private static int CutTailLength(ReadOnlySpan<byte> piece)
    {
        var most = Math.Min(3, piece.Length);
        for (var length = 1; length <= most; length++)
        {
            if ((piece[^length] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(piece[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
            }
        }

        return 0;
    }

    [InlineArray(4)]
    private struct CutCharacter
    {
        private byte _first;
    }
}
