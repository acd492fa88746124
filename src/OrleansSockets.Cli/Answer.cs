using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansSockets.Cli;

/// <summary>A part of what the server answered.</summary>
internal readonly record struct Answer(JsonElement Element)
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The elements of the answer, if it is a list.</summary>
    public IEnumerable<Answer> All =>
        Element.ValueKind == JsonValueKind.Array ? Element.EnumerateArray().Select(item => new Answer(item)) : [];

    public Answer this[string name] =>
        new(Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) ? value : default);

    public IEnumerable<Answer> Items(string name) => this[name].All;

    public IEnumerable<(string Name, Answer Value)> Members =>
        Element.ValueKind == JsonValueKind.Object
            ? Element.EnumerateObject().Select(member => (member.Name, new Answer(member.Value)))
            : [];

    public bool Flag(string name) => this[name].Element.ValueKind == JsonValueKind.True;

    /// <summary>For a cell of a table; a dash for nothing.</summary>
    public string Text(string name) => this[name].ToString();

    public string ToJson() => Element.ValueKind == JsonValueKind.Undefined ? "null" : JsonSerializer.Serialize(Element, Indented);

    public override string ToString() => Element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "-",
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        JsonValueKind.Array when Element.GetArrayLength() == 0 => "-",
        JsonValueKind.Array => string.Join(' ', All),
        _ => Element.ToString(),
    };
}
