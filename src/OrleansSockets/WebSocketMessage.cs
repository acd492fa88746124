using System.Text;

namespace OrleansSockets;

/// <summary>The data of a message: text or bytes. A value; its bytes stay valid after the handler.</summary>
public readonly struct WebSocketMessage : IEquatable<WebSocketMessage>
{
    internal WebSocketMessage(bool isText, ReadOnlyMemory<byte> bytes)
    {
        IsText = isText;
        Bytes = bytes;
    }

    /// <summary>Whether it was sent as text.</summary>
    public bool IsText { get; }

    /// <summary>The bytes; of a text its UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The text. Bytes that are no UTF-8 become U+FFFD; of a binary message, too.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;

    /// <summary>Equal kind and equal bytes.</summary>
    /// <param name="other">The other message.</param>
    public bool Equals(WebSocketMessage other) => IsText == other.IsText && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is WebSocketMessage other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(IsText);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc cref="Equals(WebSocketMessage)"/>
    public static bool operator ==(WebSocketMessage left, WebSocketMessage right) => left.Equals(right);

    /// <summary>Different kind or bytes.</summary>
    public static bool operator !=(WebSocketMessage left, WebSocketMessage right) => !left.Equals(right);
}
