using System.Text.Json;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>A deployment's date and flags.</summary>
internal sealed record Settings(string Date, params string[] Flags)
{
    public static readonly Settings Plain = new("2026-04-07");
    public static readonly Settings ManualReply = new("2026-04-07", "web_socket_manual_reply_to_close");

    public static Settings Of(JsonElement document) => new(
        document.GetProperty("compatibilityDate").GetString()!,
        [.. document.GetProperty("compatibilityFlags").EnumerateArray().Select(flag => flag.GetString()!)]);

    public bool Equals(Settings? other) => other is not null && Date == other.Date && Flags.SequenceEqual(other.Flags);

    public override int GetHashCode() => HashCode.Combine(Date, Flags.Length);
}
