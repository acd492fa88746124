namespace OrleansSockets;

/// <summary>Options of one pair.</summary>
public sealed class WebSocketPairOptions
{
    /// <summary>
    /// The silo where the pair grain should live, once the pair needs one. Default: the silo that constructs the pair. Only a hint: a silo
    /// that is not there, or not yet known to be, is passed over.
    /// </summary>
    public SiloAddress? PlacementHint { get; set; }
}
