using System.Text;
using OrleansSockets.Ends;

namespace OrleansSockets;

/// <summary>
/// The data of a message: text or bytes. A value; its bytes stay valid after the handler. A string or bytes convert to it by themselves.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.WebSocketMessage")]
public readonly struct WebSocketMessage : IEquatable<WebSocketMessage>
{
    internal WebSocketMessage(bool isText, ReadOnlyMemory<byte> bytes)
    {
        IsText = isText;
        Bytes = bytes;
    }

    /// <summary>Whether it was sent as text.</summary>
    [Id(0)]
    public bool IsText { get; }

    /// <summary>The bytes; of a text its UTF-8.</summary>
    [Id(1)]
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The text. Bytes that are no UTF-8 become U+FFFD; of a binary message, too.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>A text message.</summary>
    /// <param name="text">The text; "" is a message too. A lone surrogate becomes three U+FFFD.</param>
    public static WebSocketMessage FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(true, WireText.Encode(text));
    }

    /// <summary>A binary message.</summary>
    /// <param name="bytes">The bytes; they are copied.</param>
    public static WebSocketMessage FromBytes(ReadOnlySpan<byte> bytes) => new(false, bytes.ToArray());

    /// <inheritdoc cref="FromText"/>
    public static implicit operator WebSocketMessage(string text) => FromText(text);

    /// <inheritdoc cref="FromBytes"/>
    public static implicit operator WebSocketMessage(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return FromBytes(bytes);
    }

    /// <inheritdoc cref="FromBytes"/>
    public static implicit operator WebSocketMessage(ReadOnlyMemory<byte> bytes) => FromBytes(bytes.Span);

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
