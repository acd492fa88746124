namespace OrleansSockets.Conformance.Json;

/// <summary>A JSON object in its written order. Values are <c>null</c>, <see cref="bool"/>, <see cref="double"/>, <see cref="string"/>,
/// <see cref="JsonObject"/> or <see cref="List{T}"/> of these.</summary>
internal sealed class JsonObject : OrderedDictionary<string, object?>
{
    public JsonObject()
        : base(StringComparer.Ordinal)
    {
    }

    public string? Text(string name) => TryGetValue(name, out var value) ? value as string : null;

    public JsonObject? Object(string name) => TryGetValue(name, out var value) ? value as JsonObject : null;

    public List<object?>? List(string name) => TryGetValue(name, out var value) ? value as List<object?> : null;
}
