using Orleans.Serialization;

namespace OrleansSockets.Ends;

/// <summary>What an application keeps with an end, in the form that Orleans gives it.</summary>
internal sealed class SocketAttachments(Serializer serializer)
{
    /// <summary>In bytes of that form.</summary>
    public const int MaxBytes = 16 * 1024;

    public byte[] Serialize(object? value)
    {
        var bytes = serializer.SerializeToArray(value);
        return bytes.Length <= MaxBytes
            ? bytes
            : throw new WebSocketPairException(
                WebSocketPairErrorKind.AttachmentTooLarge,
                $"A WebSocket attachment cannot be larger than {MaxBytes} bytes; this one has {bytes.Length}.");
    }

    public object? Deserialize(byte[] bytes) => serializer.Deserialize<object?>(bytes);
}
