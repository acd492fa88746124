using System.Text;

namespace OrleansSockets.Ends;

/// <summary>Text as it goes on the wire.</summary>
internal static class WireText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// UTF-8. A lone surrogate becomes three U+FFFD, as the real runtime sends it: one for each byte that it would have had.
    /// </summary>
    public static byte[] Encode(string text)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return Encoding.UTF8.GetBytes(Repair(text));
        }
    }

    private static string Repair(string text)
    {
        var repaired = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                repaired.Append(text[i]);
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                repaired.Append(text, i++, 2);
            }
            else
            {
                repaired.Append('\uFFFD', 3);
            }
        }

        return repaired.ToString();
    }
}
