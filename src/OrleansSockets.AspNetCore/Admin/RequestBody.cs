using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>An object in a request's body. Everything that is wrong with it is collected, in sentences.</summary>
internal sealed class RequestBody
{
    private const int MaxBytes = 64 * 1024;

    private readonly JsonElement _json;
    private readonly string _place;
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    private RequestBody(JsonElement json, string place, List<ProblemLine> problems) => (_json, _place, Problems) = (json, place, problems);

    public List<ProblemLine> Problems { get; }

    public static async Task<RequestBody> ReadAsync(HttpContext http, CancellationToken cancellation)
    {
        List<ProblemLine> problems = [];
        using var bytes = new MemoryStream();
        await http.Request.Body.CopyToAsync(bytes, cancellation);
        if (bytes.Length == 0)
        {
            return new RequestBody(Empty(), "", problems);
        }

        if (bytes.Length > MaxBytes)
        {
            problems.Add(ProblemLine.Invalid($"The body has {bytes.Length} bytes; at most {MaxBytes} are read."));
            return new RequestBody(Empty(), "", problems);
        }

        try
        {
            using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new RequestBody(document.RootElement.Clone(), "", problems);
            }

            problems.Add(ProblemLine.Invalid("The body must be a JSON object."));
        }
        catch (JsonException e)
        {
            problems.Add(ProblemLine.Invalid($"The body is no JSON: {e.Message}"));
        }

        return new RequestBody(Empty(), "", problems);
    }

    public string? Text(string name) => Read(name, "a text", JsonValueKind.String) is { } value ? value.GetString() : null;

    public bool Flag(string name) =>
        Find(name) is { ValueKind: JsonValueKind.True }
            || (Read(name, "true or false", JsonValueKind.False) is { } value && value.GetBoolean());

    public int? Number(string name)
    {
        if (Read(name, "a whole number", JsonValueKind.Number) is not { } value)
        {
            return null;
        }

        if (value.TryGetInt32(out var number))
        {
            return number;
        }

        Refuse(name, "a whole number");
        return null;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        if (Read(name, "a list of texts", JsonValueKind.Array) is not { } value)
        {
            return [];
        }

        if (value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        Refuse(name, "a list of texts");
        return [];
    }

    public RequestBody? Part(string name) =>
        Read(name, "an object", JsonValueKind.Object) is { } value ? new RequestBody(value, $"{_place}{name}.", Problems) : null;

    /// <summary>Refuses members that nobody asked for: a misspelt one must not be passed over.</summary>
    public void RefuseOthers() => Problems.AddRange(_json.EnumerateObject()
        .Where(member => !_known.Contains(member.Name))
        .Select(member => ProblemLine.Invalid($"There is no '{_place}{member.Name}' here; there is {string.Join(", ", _known)}.")));

    private static JsonElement Empty()
    {
        using var document = JsonDocument.Parse("{}");
        return document.RootElement.Clone();
    }

    private JsonElement? Read(string name, string expected, JsonValueKind kind)
    {
        var value = Find(name);
        if (value is null || value.Value.ValueKind == kind)
        {
            return value;
        }

        Refuse(name, expected);
        return null;
    }

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        foreach (var member in _json.EnumerateObject())
        {
            if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind != JsonValueKind.Null)
            {
                return member.Value;
            }
        }

        return null;
    }

    private void Refuse(string name, string expected) => Problems.Add(ProblemLine.Invalid($"'{_place}{name}' must be {expected}."));
}
