namespace OrleansSockets.Conformance.Hosting;

/// <summary>The name of a session grain: which actor of which run it plays.</summary>
internal readonly record struct SessionKey(string Run, string Actor)
{
    /// <summary>Passes the host's response on, and owns no end.</summary>
    public const string Via = "via";

    public static SessionKey Parse(string text) => text.Split('/') is [var run, var actor]
        ? new SessionKey(run, actor)
        : throw new FormatException($"'{text}' names no session of a run.");

    public override string ToString() => $"{Run}/{Actor}";
}
