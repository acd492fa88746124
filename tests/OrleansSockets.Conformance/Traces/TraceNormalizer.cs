using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Traces;

/// <summary>Leaves of a trace what has to agree: no texts of errors, no noise, no ignored paths, fields in one order.</summary>
internal static class TraceNormalizer
{
    // It says how old the recording runtime is, not how a date is judged.
    private const string DateBeyondBinary = "date-beyond-binary";

    public static JsonObject Normalize(Scenario scenario, JsonObject trace) =>
        scenario.Topology == Topology.Config ? NormalizeConfig(trace) : NormalizeRun(scenario, trace);

    private static JsonObject NormalizeConfig(JsonObject trace) => new()
    {
        ["kinds"] = (trace.List("kinds") ?? []).Where(kind => kind is not DateBeyondBinary).ToList(),
        ["started"] = trace.GetValueOrDefault("started"),
    };

    private static JsonObject NormalizeRun(Scenario scenario, JsonObject trace)
    {
        var ends = new JsonObject();
        foreach (var (end, value) in trace.Object("ends") ?? [])
        {
            var entries = (value as List<object?> ?? []).OfType<JsonObject>().ToList();
            var closed = entries.Any(entry => IsEvent(entry, "close"));
            var kept = entries.Where(entry => !(closed && IsLostPeer(entry))).Select(entry => (object?)NormalizeEntry(entry)).ToList();
            if (kept.Count > 0)
            {
                ends[end] = kept;
            }
        }

        var parts = new JsonObject { ["ends"] = ends, ["final"] = Sorted(trace.Object("final") ?? []) };
        foreach (var path in scenario.Ignore.Select(path => path.Split('.')))
        {
            switch (path)
            {
                case [var part, var end]:
                    parts.Object(part)?.Remove(end);
                    break;
                case ["ends", var end, var kind] when ends.List(end) is { } entries:
                    ends[end] = entries.Where(entry => ((JsonObject)entry!).Text("k") != kind).ToList();
                    break;
            }
        }

        return (JsonObject)Sorted(parts)!;
    }

    private static JsonObject NormalizeEntry(JsonObject entry)
    {
        var kept = (JsonObject)Sorted(entry)!;
        kept.Remove("noise");
        kept.Object("threw")?.Remove("message");
        if (kept.Text("type") == "error")
        {
            kept.Remove("message");
        }

        if (kept.Text("k") == "tcp" && kept.Text("how") == "reset")
        {
            kept["how"] = "fin";
        }

        if (kept.Text("k") == "frame" && kept.Text("op") == "close" && kept.GetValueOrDefault("code") is double and (1002 or 1009))
        {
            kept.Remove("reason");
        }

        return kept;
    }

    private static bool IsEvent(JsonObject entry, string type) => entry.Text("k") == "event" && entry.Text("type") == type;

    // An error beside a close event is a race inside the recording runtime, wherever it shows up.
    private static bool IsLostPeer(JsonObject entry) => IsEvent(entry, "error") && entry.Text("kind") == "peer-disconnected";

    // Numbers become one type, so that what was read compares with what was made here.
    private static object? Sorted(object? value)
    {
        switch (value)
        {
            case int number:
                return (double)number;
            case List<object?> items:
                return items.Select(Sorted).ToList();
            case JsonObject fields:
                var result = new JsonObject();
                foreach (var (name, field) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    result[name] = Sorted(field);
                }

                return result;
            default:
                return value;
        }
    }
}
