namespace OrleansSockets.Ends;

/// <summary>How the frames of an end reach its peer.</summary>
internal enum EndRoute : byte
{
    /// <summary>The peer is in the same live object and no pair grain exists.</summary>
    Local,

    /// <summary>Waiting for the pair grain; nothing is sent.</summary>
    Attaching,

    /// <summary>Through the pair grain's relay.</summary>
    Attached,

    /// <summary>No pair grain was found, or it refused: the pair is over for this end.</summary>
    Lost,
}
