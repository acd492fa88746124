namespace OrleansSockets.Hibernation;

/// <summary>The parked sockets of a session, on their way to the node where it wakes.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.ParkedTransfer")]
internal sealed record ParkedTransfer([property: Id(0)] SessionSettings Settings, [property: Id(1)] ParkedSocket[] Sockets);
