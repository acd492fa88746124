namespace OrleansSockets.Cli;

/// <summary>The command ends here: with a message for people, and an exit code for scripts.</summary>
internal sealed class AdminException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
