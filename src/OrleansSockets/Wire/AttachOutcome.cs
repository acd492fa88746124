namespace OrleansSockets.Wire;

internal enum AttachOutcome
{
    Attached,

    /// <summary>Another end holds this side.</summary>
    AlreadyClaimed,

    /// <summary>The ticket's time is over, or the pair is finished or lost.</summary>
    Gone,

    /// <summary>The silo that was asked directly does not own the pair.</summary>
    NotHere,
}
