namespace OrleansSockets.Rendezvous;

internal enum NameEnding
{
    /// <summary>It never became an end of the pair, or nobody came to the other side: the pair lives on without it.</summary>
    Unmet,

    /// <summary>Two had met, and this client ended it: the name rests for a while.</summary>
    ByClient,

    /// <summary>Two had met; the other side or a server ended it: the name is free.</summary>
    ByOthers,
}
