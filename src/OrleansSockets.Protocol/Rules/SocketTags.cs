using System.Text;

namespace OrleansSockets.Rules;

/// <summary>The tags of a hibernatable end.</summary>
internal static class SocketTags
{
    /// <summary>So many different ones.</summary>
    public const int Most = 10;

    /// <summary>Bytes of UTF-8 of one.</summary>
    public const int MaxBytes = 256;

    /// <summary>
    /// Takes each once, in the order of first appearance. Element by element: first whether there is room for another one, also for one
    /// that repeats, then its length.
    /// </summary>
    /// <param name="tags">As they were given.</param>
    /// <param name="error">What is wrong; null: nothing.</param>
    /// <returns>The tags; if something is wrong, the last one is to blame.</returns>
    public static IReadOnlyList<string> Take(IEnumerable<string> tags, out WebSocketPairErrorKind? error)
    {
        List<string> taken = [];
        error = null;
        foreach (var tag in tags)
        {
            if (taken.Count == Most)
            {
                error = WebSocketPairErrorKind.TooManyTags;
                break;
            }

            if (Encoding.UTF8.GetByteCount(tag) > MaxBytes)
            {
                taken.Add(tag);
                error = WebSocketPairErrorKind.TagTooLong;
                break;
            }

            if (!taken.Contains(tag))
            {
                taken.Add(tag);
            }
        }

        return taken;
    }
}
