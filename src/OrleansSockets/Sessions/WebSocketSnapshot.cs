namespace OrleansSockets.Sessions;

/// <summary>An open socket of a session, as it was when it was asked for.</summary>
/// <param name="Id">Names it in calls of the session. It is the id of its pair, 32 hex digits, under which the administration API shows
/// nodes and timeline; see <see cref="WebSocketEnd.PairId"/>.</param>
/// <param name="ReadyState">As the session's end sees it: <see cref="ReadyState.Open"/>, or <see cref="ReadyState.Closing"/> once one of
/// the two Closes has passed.</param>
/// <param name="Protocol">The subprotocol that the session chose for the client, or "".</param>
/// <param name="BufferedAmount">Bytes that were sent to the client and are not yet under way. At
/// <see cref="OrleansSocketsOptions.SendBufferSize"/> it takes no more.</param>
/// <param name="AcceptedAt">When the session accepted it, by the clock of its node.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.WebSocketSnapshot")]
public sealed record WebSocketSnapshot(
    [property: Id(0)] string Id,
    [property: Id(1)] ReadyState ReadyState,
    [property: Id(2)] string Protocol,
    [property: Id(3)] long BufferedAmount,
    [property: Id(4)] DateTimeOffset AcceptedAt);
