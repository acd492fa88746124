using System.Buffers.Binary;
using System.Text;
using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Format;

/// <summary>Reads the steps of a scenario.</summary>
internal sealed class StepParser(Topology topology)
{
    private static readonly string[] EndEvents = ["open", "message", "close", "error"];
    private static readonly string[] ObjectEvents = ["instance", "alarm", "timeout", "fetch", "waitUntil", "unblocked"];
    private readonly CallParser _calls = new(topology);

    public Step Parse(object? source, int index)
    {
        var fields = new Fields(source, $"Step {index}");
        var text = JsonWriter.Write(source);
        var what = fields.Text("do");
        var at = fields.OptionalText("at");
        Step step = what switch
        {
            "settle" => new SettleStep(text),
            "idle" => new IdleStep(text, TimeSpan.FromMilliseconds(fields.Number("ms", whenAbsent: 0))),
            "await" => ParseAwait(fields, text, at),
            _ when at is null => throw fields.Wrong("needs \"at\""),
            _ when EndNames.IsClient(topology, at) => ParseClientStep(fields, text, at, what),
            _ when EndNames.IsWorkerEnd(topology, at) => ParseTurn(fields, text, at, what),
            _ => throw fields.Wrong($"is at \"{at}\", which the topology does not have"),
        };
        fields.End();
        return step;
    }

    private AwaitStep ParseAwait(Fields fields, string text, string? at)
    {
        var kind = fields.Text("event");
        var known = at is not null && (EndNames.IsClient(topology, at)
            ? kind == "tcp" || kind.StartsWith("frame:", StringComparison.Ordinal)
            : at == EndNames.Global ? kind == "error"
            : at == EndNames.Object && topology == Topology.Room ? ObjectEvents.Contains(kind)
            : EndNames.IsWorkerEnd(topology, at) && EndEvents.Contains(kind));
        return known
            ? new AwaitStep(text, at!, kind, fields.Number("count", whenAbsent: 1))
            : throw fields.Wrong($"awaits \"{kind}\" at \"{at}\", which never comes");
    }

    private TurnStep ParseTurn(Fields fields, string text, string at, string what) => what == "batch"
        ? new TurnStep(
            text,
            at,
            [.. (fields.OptionalList("calls") ?? []).Select((call, i) => _calls.Parse(new Fields(call, $"{fields.Where}.calls[{i}]")))])
        : new TurnStep(text, at, [_calls.Parse(fields)]);

    private static ClientStep ParseClientStep(Fields fields, string text, string client, string what) => what switch
    {
        "connect" => new ConnectStep(text, client),
        "send" => new FramesStep(text, client, [ParseMessage(fields)]),
        "sendClose" => new FramesStep(text, client, [ParseClose(fields)]),
        "sendAll" => new FramesStep(text, client, [.. Frames(fields).Select(ParseFrame)]),
        "ping" => new FramesStep(text, client, [new FrameSpec(FrameSpec.PingFrame, Utf8(fields))]),
        "pong" => new FramesStep(text, client, [new FrameSpec(FrameSpec.PongFrame, Utf8(fields))]),
        "raw" => new RawStep(text, client, CallParser.Bytes(fields, fields.Text("hex"))),
        "halfFrame" =>
            new HalfFrameStep(text, client, new FrameSpec(FrameSpec.TextFrame, Utf8(fields)), fields.Number("missing", whenAbsent: 1)),
        "fin" => new FinStep(text, client),
        "reset" => new ResetStep(text, client),
        _ => throw fields.Wrong($"has the unknown client action \"{what}\""),
    };

    private static IEnumerable<Fields> Frames(Fields fields) =>
        (fields.OptionalList("frames") ?? throw fields.Wrong("needs \"frames\""))
            .Select((frame, i) => new Fields(frame, $"{fields.Where}.frames[{i}]"));

    private static FrameSpec ParseMessage(Fields fields) => fields.OptionalText("hex") is { } hex
        ? new FrameSpec(FrameSpec.BinaryFrame, CallParser.Bytes(fields, hex))
        : new FrameSpec(FrameSpec.TextFrame, CallParser.Repeated(fields) is { } text ? Encoding.UTF8.GetBytes(text) : Utf8(fields));

    private static FrameSpec ParseFrame(Fields fields)
    {
        var frame = ParseOpcode(fields);
        if (frame is { } opcode)
        {
            var payload = fields.OptionalText("hex") is { } hex ? CallParser.Bytes(fields, hex) : Utf8(fields);
            return End(new FrameSpec(opcode, payload, fields.Flag("fin", whenAbsent: true), fields.Number("rsv", whenAbsent: 0)));
        }

        return End(ParseClose(fields));

        FrameSpec End(FrameSpec result)
        {
            fields.End();
            return result;
        }
    }

    // null: a Close frame, which is given by its code and reason. The number 8 has a payload like any other.
    private static int? ParseOpcode(Fields fields) => fields.Value("op") switch
    {
        "text" => FrameSpec.TextFrame,
        "binary" => FrameSpec.BinaryFrame,
        "close" => null,
        "ping" => FrameSpec.PingFrame,
        "pong" => FrameSpec.PongFrame,
        double opcode when opcode is >= 0 and <= 15 => (int)opcode,
        _ => throw fields.Wrong("has an unknown \"op\""),
    };

    private static FrameSpec ParseClose(Fields fields)
    {
        var code = fields.Value("code");
        var reason = fields.OptionalText("reason") ?? string.Empty;
        if (code is null || ReferenceEquals(code, Script.Undefined))
        {
            return new FrameSpec(FrameSpec.CloseFrame, []);
        }

        if (code is not double number || number != (ushort)number)
        {
            throw fields.Wrong("has a \"code\" that does not fit into a Close frame");
        }

        var payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)number);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        return new FrameSpec(FrameSpec.CloseFrame, payload);
    }

    private static byte[] Utf8(Fields fields) => Encoding.UTF8.GetBytes(fields.OptionalText("text") ?? string.Empty);
}
