using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Format;

/// <summary>Reads the calls of steps, setups and rules.</summary>
internal sealed class CallParser(Topology topology)
{
    private static readonly Dictionary<string, string[]> HibernationFunctions = new()
    {
        ["acceptWebSocket"] = ["tags"],
        ["getTags"] = [],
        ["getWebSockets"] = ["tag", "order"],
        ["setAutoResponse"] = ["request", "response"],
        ["getAutoResponse"] = [],
        ["getAutoResponseTimestamp"] = [],
        ["newAutoResponsePair"] = ["args"],
        ["serializeAttachment"] = ["value", "size", "unit", "special", "bytes", "none"],
        ["deserializeAttachment"] = [],
        ["mutateAttachment"] = [],
        ["broadcast"] = ["text", "tag", "except"],
        ["setEventTimeout"] = ["value", "special", "none"],
        ["getEventTimeout"] = [],
        ["newPair"] = ["ends"],
        ["sameObject"] = [],
        ["setTimeout"] = ["ms"],
        ["waitUntil"] = ["ms"],
        ["fetch"] = ["ms"],
        ["setAlarm"] = ["ms"],
        ["blockConcurrency"] = ["ms", "throw"],
        ["abort"] = [],
        ["evict"] = [],
        ["stateCall"] = ["name", "args"],
    };

    public Call Parse(Fields fields)
    {
        var call = ParseOpen(fields, inRule: false);
        fields.End();
        return call;
    }

    public Rule ParseRule(Fields fields)
    {
        string? text = null;
        int? instance = null;
        if (fields.OptionalObject("when") is { } when)
        {
            text = when.OptionalText("text");
            instance = when.Has("instance") ? when.Number("instance", whenAbsent: 0) : null;
            when.End();
        }

        var call = ParseOpen(fields, inRule: true);
        fields.End();
        return new Rule(call, text, instance);
    }

    private Call ParseOpen(Fields fields, bool inRule)
    {
        var function = fields.Text("do");
        var at = fields.OptionalText("at");
        if (at is not null && !EndNames.IsWorkerEnd(topology, at))
        {
            throw fields.Wrong($"is at \"{at}\", which is no worker end of the topology");
        }

        return function switch
        {
            "accept" => new AcceptCall(at, fields.Value("options")),
            "send" => ParseSend(fields, at),
            "close" => new CloseCall(at, fields.Value("code"), fields.Value("reason")),
            "readyState" => new ReadyStateCall(at),
            "throw" => new ThrowCall(at, fields.OptionalText("text")),
            "delay" when inRule => new DelayCall(at, TimeSpan.FromMilliseconds(fields.Number("ms", whenAbsent: 0))),
            "reject" when inRule => new RejectCall(at, fields.OptionalText("text")),
            "getProperties" => new GetPropertiesCall(at),
            "setBinaryType" => new SetBinaryTypeCall(at, fields.Value("value")),
            "setProperty" => new SetPropertyCall(at, fields.Text("name"), fields.Value("value")),
            "getProperty" => new GetPropertyCall(at, fields.Text("name")),
            "drop" => new DropCall(at),
            _ when HibernationFunctions.TryGetValue(function, out var arguments) =>
                new HibernationCall(function, at, arguments.ToDictionary(name => name, fields.Value)),
            _ => throw fields.Wrong($"has the unknown \"do\" \"{function}\""),
        };
    }

    private static SendCall ParseSend(Fields fields, string? at)
    {
        if (fields.OptionalText("hex") is { } hex)
        {
            return new SendCall(at, Bytes(fields, hex), new JsonObject { ["hex"] = hex });
        }

        if (fields.Has("value"))
        {
            var value = fields.Value("value");
            return new SendCall(at, value, new JsonObject { ["value"] = value });
        }

        if (Repeated(fields) is { } text)
        {
            return new SendCall(at, text, new JsonObject { ["textLength"] = text.Length });
        }

        return new SendCall(at, fields.Value("text"), Argument: null);
    }

    public static byte[] Bytes(Fields fields, string hex)
    {
        try
        {
            return Convert.FromHexString(hex);
        }
        catch (FormatException)
        {
            throw fields.Wrong("has a \"hex\" that is not hexadecimal");
        }
    }

    /// <summary>The text of <c>textRepeat: [part, times]</c>, or <c>null</c>.</summary>
    public static string? Repeated(Fields fields) => fields.OptionalList("textRepeat") switch
    {
        null => null,
        [string part, double times] when times >= 0 && times == Math.Floor(times) => string.Concat(Enumerable.Repeat(part, (int)times)),
        _ => throw fields.Wrong("has a \"textRepeat\" that is not a text and a number"),
    };
}
