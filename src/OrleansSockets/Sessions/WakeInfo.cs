namespace OrleansSockets.Sessions;

/// <summary>How a session has become active.</summary>
/// <param name="SilentNodes">
/// Nodes that did not say within <see cref="OrleansSocketsOptions.WakeTimeout"/> whether they have sockets of the session; what they have
/// comes later, with <see cref="WebSocketSession.OnSocketsReturnedAsync"/>.
/// </param>
public sealed record WakeInfo(IReadOnlyList<string> SilentNodes);
