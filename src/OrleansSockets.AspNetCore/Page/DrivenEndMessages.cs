using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSockets.AspNetCore.Page;

/// <summary>What the page asks of an end: <c>accept</c>, <c>send</c> or <c>close</c>.</summary>
internal sealed record EndCommand(string? Command, bool? HalfOpen, string? Text, int? Code, string? Reason);

/// <summary>What happened at an end, and the state that it is in.</summary>
internal sealed record EndSeen(string Event, int ReadyState)
{
    public string? Text { get; init; }

    public int? Bytes { get; init; }

    public int? Code { get; init; }

    public string? Reason { get; init; }

    public bool? WasClean { get; init; }

    public string? Kind { get; init; }

    public string? Message { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EndCommand))]
[JsonSerializable(typeof(EndSeen))]
internal sealed partial class DrivenEndJson : JsonSerializerContext;
