namespace OrleansSockets.Rules;

/// <summary>The outcome of a call or an event at an end.</summary>
/// <param name="State">The state from now on; it is settled before the effect is performed.</param>
/// <param name="Effect">What the host does.</param>
/// <param name="Error">The kind of the error; has a meaning only with <see cref="EndEffect.Throw"/>.</param>
internal readonly record struct EndStep(EndState State, EndEffect Effect, WebSocketPairErrorKind Error = WebSocketPairErrorKind.Other);
