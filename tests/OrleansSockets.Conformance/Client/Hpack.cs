using System.Text;

namespace OrleansSockets.Conformance.Client;

/// <summary>
/// RFC 7541 as far as a client needs it that lets its peer keep no table: nothing is indexed, and nothing is Huffman coded.
/// </summary>
internal static class Hpack
{
    private const int FirstStatus = 8;

    // Appendix A, from index 1 on.
    private static readonly string[] Names =
    [
        ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status", ":status", ":status",
        ":status", ":status",
        "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept", "access-control-allow-origin", "age", "allow",
        "authorization",
        "cache-control", "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type",
        "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since", "if-none-match", "if-range",
        "if-unmodified-since",
        "last-modified", "link", "location", "max-forwards", "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh",
        "retry-after", "server",
        "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via", "www-authenticate",
    ];

    private static readonly string[] Statuses = ["200", "204", "206", "304", "400", "404", "500"];

    public static byte[] Write(IEnumerable<(string Name, string Value)> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return [.. block];
    }

    public static List<(string Name, string Value)> Read(ReadOnlySpan<byte> block)
    {
        var headers = new List<(string, string)>();
        while (!block.IsEmpty)
        {
            switch (block[0])
            {
                case >= 0x80:
                    var whole = ReadNumber(ref block, 7);
                    headers.Add((Names[whole - 1], whole - FirstStatus is >= 0 and < 7 and var status ? Statuses[status] : string.Empty));
                    break;
                case >= 0x40:
                    headers.Add(ReadLiteral(ref block, 6));
                    break;
                case >= 0x20:
                    ReadNumber(ref block, 5);
                    break;
                default:
                    headers.Add(ReadLiteral(ref block, 4));
                    break;
            }
        }

        return headers;
    }

    private static (string Name, string Value) ReadLiteral(ref ReadOnlySpan<byte> block, int prefix)
    {
        var index = ReadNumber(ref block, prefix);
        var name = index == 0 ? ReadText(ref block) : Names[index - 1];
        return (name, ReadText(ref block));
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int prefix)
    {
        var most = (1 << prefix) - 1;
        var number = block[0] & most;
        block = block[1..];
        if (number < most)
        {
            return number;
        }

        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        if (block[0] >= 0x80)
        {
            throw new NotSupportedException("The server sent a header in Huffman code.");
        }

        var length = ReadNumber(ref block, 7);
        var text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static void WriteText(List<byte> block, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 0x7F)
        {
            block.Add((byte)bytes.Length);
        }
        else
        {
            block.Add(0x7F);
            var rest = bytes.Length - 0x7F;
            for (; rest >= 0x80; rest >>= 7)
            {
                block.Add((byte)(0x80 | rest));
            }

            block.Add((byte)rest);
        }

        block.AddRange(bytes);
    }
}
