namespace OrleansSockets.Rules;

/// <summary>One of the two ends of a pair. The numbers are a part of the wire.</summary>
internal enum Side : byte
{
    /// <summary>End 0, by custom the one that goes to the client.</summary>
    Client = 0,

    /// <summary>End 1, by custom the one that stays.</summary>
    Server = 1,
}
