namespace OrleansSockets.Sessions;

/// <summary>
/// One handler of the session runs at a time, across all its sockets and across the awaits of each. Without it, the handlers of one socket
/// run one after the other, and those of different sockets may overlap at awaits.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SerialHandlersAttribute : Attribute;
