using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Format;

/// <summary>
/// Reads a scenario. In its ends and steps, what it does not know is an error with a sentence, never skipped: it could change what happens.
/// Beside them it is a remark.
/// </summary>
internal static class ScenarioParser
{
    private static readonly string[] EventTypes = ["message", "close", "error"];
    private static readonly string[] ObjectEvents = ["construct", "alarm"];

    public static Scenario Parse(JsonObject source)
    {
        var fields = new Fields(source, "The scenario");
        var topology = Choice<Topology>(fields, "topology", fields.Text("topology"));
        var host = fields.OptionalText("host") is { } name ? Choice<PairHost>(fields, "host", name) : PairHost.Worker;
        if (host != PairHost.Worker && topology != Topology.Remote)
        {
            throw fields.Wrong("has a \"host\", which only the topology \"remote\" knows");
        }

        var (ends, clients) = Ends(fields, topology);
        var steps = new StepParser(topology);
        return new Scenario
        {
            Name = fields.Text("name"),
            Group = fields.OptionalText("group") ?? string.Empty,
            Topology = topology,
            Host = host,
            Compat = ParseCompat(fields.OptionalObject("compat") ?? throw fields.Wrong("needs \"compat\"")),
            Ends = ends,
            Clients = clients,
            Steps = [.. (fields.OptionalList("steps") ?? []).Select(steps.Parse)],
            Handlers = fields.OptionalText("handlers") switch
            {
                null or "all" => EventTypes,
                "message" => ["message"],
                "none" => [],
                _ => throw fields.Wrong("has unknown \"handlers\""),
            },
            GlobalErrors = fields.Flag("globalErrors", whenAbsent: false),
            Ignore = Texts(fields, "ignore"),
            Source = source,
        };
    }

    private static Compat ParseCompat(Fields fields)
    {
        var date = fields.Value("date");
        if (date is not (null or string))
        {
            throw fields.Wrong("needs a \"date\" that is a text or null");
        }

        var compat = new Compat((string?)date, Texts(fields, "flags"), fields.Flag("experimental", whenAbsent: false));
        fields.End();
        return compat;
    }

    private static (Dictionary<string, EndSpec> Ends, Dictionary<string, ClientSpec> Clients) Ends(Fields scenario, Topology topology)
    {
        var ends = new Dictionary<string, EndSpec>();
        var clients = new Dictionary<string, ClientSpec>();
        if (scenario.OptionalObject("ends") is not { } specs)
        {
            return (ends, clients);
        }

        foreach (var name in specs.Names())
        {
            var spec = specs.OptionalObject(name)!;
            if (EndNames.IsWorkerEnd(topology, name))
            {
                ends[name] = ParseEnd(spec, topology);
            }
            else if (EndNames.IsClient(topology, name))
            {
                clients[name] = new ClientSpec(spec.Flag("autoReply", whenAbsent: false));
            }
            else
            {
                throw specs.Wrong($"names \"{name}\", which the topology does not have");
            }

            spec.End();
        }

        return (ends, clients);
    }

    private static EndSpec ParseEnd(Fields spec, Topology topology)
    {
        var calls = new CallParser(topology);
        var on = spec.OptionalObject("on") is { } rules ? ParseListener(rules, calls) : [];
        var more = (spec.OptionalList("more") ?? [])
            .Select((listener, i) => ParseListener(new Fields(listener, $"{spec.Where}.more[{i}]"), calls)).ToList();
        var setup = spec.OptionalList("setup")?.Select((call, i) => calls.Parse(new Fields(call, $"{spec.Where}.setup[{i}]"))).ToList();
        return new EndSpec(setup, on, more, spec.OptionalText("binaryType"));
    }

    private static Dictionary<string, IReadOnlyList<Rule>> ParseListener(Fields rules, CallParser calls)
    {
        var listener = new Dictionary<string, IReadOnlyList<Rule>>();
        foreach (var type in EventTypes.Concat(ObjectEvents).Where(rules.Has))
        {
            listener[type] =
                [.. rules.OptionalList(type)!.Select((rule, i) => calls.ParseRule(new Fields(rule, $"{rules.Where}.{type}[{i}]")))];
        }

        rules.End();
        return listener;
    }

    private static List<string> Texts(Fields fields, string name) =>
        [.. (fields.OptionalList(name) ?? [])
            .Select(item => item as string ?? throw fields.Wrong($"has a \"{name}\" with an item that is no text"))];

    private static T Choice<T>(Fields fields, string field, string name)
        where T : struct, Enum =>
        char.IsLower(name.FirstOrDefault()) && Enum.TryParse<T>(name, ignoreCase: true, out var value)
            ? value
            : throw fields.Wrong($"has the unknown {field} \"{name}\"");
}
