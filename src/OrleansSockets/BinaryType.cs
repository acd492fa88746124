namespace OrleansSockets;

/// <summary>The label of <c>WebSocket.binaryType</c>. Both give the same bytes here.</summary>
public enum BinaryType
{
    /// <summary>The default from compatibility date 2026-03-17.</summary>
    Blob,

    /// <summary>The default before.</summary>
    ArrayBuffer,
}
