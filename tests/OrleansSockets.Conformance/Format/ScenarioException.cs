namespace OrleansSockets.Conformance.Format;

/// <summary>A file that is no scenario of the format; the message says where and why.</summary>
internal sealed class ScenarioException(string message) : Exception(message);
