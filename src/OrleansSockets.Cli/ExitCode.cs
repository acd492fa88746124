namespace OrleansSockets.Cli;

/// <summary>What scripts may rely on.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The server refused, or does not have what was asked for.</summary>
    public const int Refused = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The server, a part of the cluster or its store cannot be reached.</summary>
    public const int Unreachable = 3;
}
