using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Format;

/// <summary>
/// Takes the fields out of an object one by one; what is left at the end is an error, so that no part of a scenario is skipped in silence.
/// </summary>
internal sealed class Fields
{
    private readonly JsonObject _source;
    private readonly HashSet<string> _left;

    public Fields(object? value, string where)
    {
        Where = where;
        _source = value as JsonObject ?? throw Wrong("should be an object");
        _left = [.. _source.Keys];
    }

    public string Where { get; }

    public bool Has(string name) => _source.ContainsKey(name);

    /// <summary>The value as a script has it: <see cref="Script.Undefined"/> if the field is absent.</summary>
    public object? Value(string name)
    {
        _left.Remove(name);
        return _source.TryGetValue(name, out var value) ? value : Script.Undefined;
    }

    public string Text(string name) => OptionalText(name) ?? throw Wrong($"needs the text \"{name}\"");

    public string? OptionalText(string name) => Optional<string>(name, "a text");

    public bool Flag(string name, bool whenAbsent) => OptionalFlag(name) ?? whenAbsent;

    public int Number(string name, int whenAbsent)
    {
        var value = Value(name);
        return ReferenceEquals(value, Script.Undefined) ? whenAbsent
            : value is double number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number
            : throw Wrong($"has a \"{name}\" that is no whole number");
    }

    public List<object?>? OptionalList(string name) => Optional<List<object?>>(name, "a list");

    public Fields? OptionalObject(string name) => Has(name) ? new Fields(Value(name), $"{Where}.{name}") : null;

    /// <summary>The names that were not taken yet: for objects whose keys are names of ends.</summary>
    public IReadOnlyList<string> Names() => [.. _source.Keys.Where(_left.Contains)];

    public void End()
    {
        if (_left.Count > 0)
        {
            throw Wrong($"has the unknown field \"{string.Join("\", \"", _source.Keys.Where(_left.Contains))}\"");
        }
    }

    public ScenarioException Wrong(string what) => new($"{Where} {what}.");

    private bool? OptionalFlag(string name)
    {
        var value = Value(name);
        return ReferenceEquals(value, Script.Undefined)
            ? null
            : value is bool flag
            ? flag
            : throw Wrong($"has a \"{name}\" that is neither true nor false");
    }

    private T? Optional<T>(string name, string what)
        where T : class
    {
        var value = Value(name);
        return ReferenceEquals(value, Script.Undefined) ? null : value as T ?? throw Wrong($"has a \"{name}\" that is not {what}");
    }
}
