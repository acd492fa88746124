namespace OrleansSockets.Sessions;

/// <summary>
/// The handlers of a session do not wait for each other: the next event of a socket comes as soon as the handler of the last one has run up
/// to its first <c>await</c>, as on Cloudflare. Without it, the handlers of one socket run one after the other.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class InterleavedHandlersAttribute : Attribute;
