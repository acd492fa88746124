namespace OrleansSockets.Conformance.Running;

/// <summary>Something is not where the plan says.</summary>
internal sealed class PlacementException(string message) : Exception(message);
