namespace OrleansSockets.Compatibility;

/// <summary>What a deployment says about the behaviour that it wants, as Cloudflare Workers do it.</summary>
/// <param name="Date">The compatibility date, <c>YYYY-MM-DD</c>; null is a missing one, which is an error.</param>
/// <param name="Flags">The compatibility flags; case matters. They win over the date.</param>
/// <param name="Experimental">Whether experimental flags are allowed. Default false.</param>
public sealed record CompatibilitySettings(string? Date, IReadOnlyList<string> Flags, bool Experimental = false);
