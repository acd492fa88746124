namespace OrleansSockets.Host;

/// <summary>
/// An option makes no sense. The message is a sentence for whoever set it: it names the option, what it says, and what it can be.
/// </summary>
internal sealed class ConfigurationException(string message, Exception? cause = null) : Exception(message, cause);
