using OrleansSockets.Rules;

namespace OrleansSockets.Deployments;

/// <summary>The settings that an end takes, for life, from the deployment of the context that constructed or claimed it.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Revision">The deployment's revision at that time.</param>
/// <param name="Rules">What decides how the end closes.</param>
/// <param name="MaxMessageSize">In bytes; a longer message is refused at <c>Send</c>.</param>
/// <param name="BinaryType">The label that new ends start with.</param>
internal sealed record EndSettings(string Deployment, long Revision, EndRules Rules, int MaxMessageSize, BinaryType BinaryType);
