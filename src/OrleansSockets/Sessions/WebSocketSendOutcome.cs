namespace OrleansSockets.Sessions;

/// <summary>What became of a message to one socket of a session.</summary>
public enum WebSocketSendOutcome
{
    /// <summary>It was taken, and goes out behind what was sent before. That it arrives is not promised.</summary>
    Sent,

    /// <summary>The session has no such socket, or has it no more.</summary>
    NotFound,

    /// <summary>The session has sent its Close on this socket, or the client is gone: it takes no message any more.</summary>
    Closing,

    /// <summary>
    /// <see cref="OrleansSocketsOptions.SendBufferSize"/> is used up, as the client does not keep up, or
    /// <see cref="OrleansSocketsOptions.MaxBufferedBytes"/> is met. Nothing was sent; try again later, or close the socket.
    /// </summary>
    BufferFull,
}
