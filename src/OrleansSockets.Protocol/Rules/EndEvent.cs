namespace OrleansSockets.Rules;

/// <summary>What an end raises for its listeners.</summary>
internal enum EndEvent : byte
{
    /// <summary>A message.</summary>
    Message,

    /// <summary>The peer's Close, or the drop in its place.</summary>
    Close,

    /// <summary>A failure.</summary>
    Error,
}
