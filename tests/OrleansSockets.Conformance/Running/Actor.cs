using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Running;

/// <summary>
/// The script of a scenario where it runs: it holds ends by name, makes the calls, records what happens and follows the rules of its
/// handlers. The same in a context of the edge and in a session grain; everything here runs in turns of the owner of the ends.
/// </summary>
internal sealed class Actor(Scenario scenario, Action<string, JsonObject> record)
{
    private static readonly IReadOnlyList<Call> OnlyAccept = [new AcceptCall(At: null, Script.Undefined)];
    private readonly Dictionary<string, WebSocketEnd> _ends = [];

    public WebSocketEnd? Find(string end) => _ends.GetValueOrDefault(end);

    /// <summary>Keeps an end to make calls on, without listening to it.</summary>
    public void Hold(string name, WebSocketEnd end) => _ends[name] = end;

    /// <summary>Listens to an end.</summary>
    public void Bind(string name, WebSocketEnd end)
    {
        Hold(name, end);
        end.BinaryType = scenario.End(name).BinaryType switch
        {
            "blob" => BinaryType.Blob,
            "arraybuffer" => BinaryType.ArrayBuffer,
            _ => end.BinaryType,
        };
        end.OnMessage(e => OnMessage(name, end, e));
        end.OnClose(e => OnClose(name, end, e));
        end.OnError(e => OnError(name, end, e));
    }

    public void SetUp(string name)
    {
        foreach (var call in scenario.End(name).Setup ?? OnlyAccept)
        {
            Perform(call.At ?? name, call, "setup", Happening.None);
        }
    }

    public void Perform(int step)
    {
        var turn = (TurnStep)scenario.Steps[step];
        foreach (var call in turn.Calls)
        {
            Perform(call.At ?? turn.At, call, inside: null, Happening.None);
        }
    }

    public int? ReadState(string name) => _ends.TryGetValue(name, out var end) ? (int)end.ReadyState : null;

    private void OnMessage(string name, WebSocketEnd end, MessageEvent e)
    {
        var text = e.Data.IsText ? e.Data.Text : null;
        var data = Script.Data(text, e.Data.Bytes, asBlob: end.BinaryType == BinaryType.Blob);
        var entry = new JsonObject { ["k"] = "event", ["type"] = "message", ["data"] = Script.RecordedData(data) };
        Handle(name, end, entry, new Happening { Data = data });
    }

    private void OnClose(string name, WebSocketEnd end, CloseEvent e)
    {
        var entry = new JsonObject { ["k"] = "event", ["type"] = "close", ["code"] = e.Code, ["reason"] = e.Reason, ["wasClean"] = e.WasClean };
        Handle(name, end, entry, new Happening { Code = (double)e.Code, Reason = e.Reason });
    }

    private void OnError(string name, WebSocketEnd end, ErrorEvent e)
    {
        var entry = new JsonObject { ["k"] = "event", ["type"] = "error", ["kind"] = Script.KindOf(e.Kind), ["message"] = e.Message };
        Handle(name, end, entry, Happening.None);
    }

    private void Handle(string name, WebSocketEnd end, JsonObject entry, Happening happening)
    {
        entry["readyState"] = (int)end.ReadyState;
        record(name, entry);
        var type = entry.Text("type")!;
        foreach (var rule in scenario.End(name).On.GetValueOrDefault(type) ?? [])
        {
            if (rule.WhenText is null || rule.WhenText.Equals(happening.Data))
            {
                Perform(rule.Call.At ?? name, rule.Call, $"{name}.{type}", happening);
            }
        }
    }

    private void Perform(string at, Call call, string? inside, Happening happening)
    {
        if (call is ThrowCall)
        {
            throw new Script.ThrownByScenario();
        }

        var end = Find(at);
        var (arguments, perform) = Prepare(at, end, call, happening);
        var entry = new JsonObject { ["k"] = "call", ["fn"] = call.Function };
        if (arguments is not null)
        {
            entry["args"] = arguments;
        }

        if (inside is not null)
        {
            entry["in"] = inside;
        }

        var before = (int?)end?.ReadyState;
        try
        {
            perform();
        }
        catch (WebSocketPairException error)
        {
            entry["threw"] = Script.Threw(Script.ErrorName(error.Kind), Script.KindOf(error.Kind), error.Message);
        }
        catch (Script.Error error)
        {
            entry["threw"] = Script.Threw(error.Name, Script.KindOf(WebSocketPairErrorKind.Other), error.Message);
        }

        entry["readyState"] = new List<object?> { before, (int?)end?.ReadyState };
        record(at, entry);
    }

    // What the trace shows as arguments, and the call itself.
    private (List<object?>? Arguments, Action Perform) Prepare(string at, WebSocketEnd? end, Call call, Happening happening)
    {
        switch (call)
        {
            case AcceptCall accept:
                return (
                    ReferenceEquals(accept.Options, Script.Undefined) ? null : [accept.Options],
                    () => Accept(Existing(end, call), accept.Options));
            case SendCall send:
                var value = happening.Resolve(send.Value);
                return ([send.Argument ?? Script.RecordedArgument(value)], () => Send(Existing(end, call), value));
            case CloseCall close:
                var (code, reason) = (happening.Resolve(close.Code), happening.Resolve(close.Reason));
                return (CloseArguments(code, reason), () => Existing(end, call).Close(Script.CloseCode(code), Script.CloseReason(reason)));
            case ReadyStateCall:
                return (null, () => { });
            case DropCall:
                return (null, () => _ends.Remove(at));
            default:
                throw new NotSupportedException($"{call.Function} is of the hibernation API, which is not there yet.");
        }
    }

    private static void Accept(WebSocketEnd end, object? options)
    {
        var allowHalfOpen = Script.AllowHalfOpen(options);
        end.Accept(allowHalfOpen is null ? null : new AcceptOptions { AllowHalfOpen = allowHalfOpen });
    }

    private static void Send(WebSocketEnd end, object? value)
    {
        switch (Script.SentAs(value))
        {
            case byte[] bytes:
                end.Send(bytes);
                break;
            case string text:
                end.Send(text);
                break;
        }
    }

    private static List<object?> CloseArguments(object? code, object? reason)
    {
        var hasCode = !ReferenceEquals(code, Script.Undefined);
        return !ReferenceEquals(reason, Script.Undefined) ? [hasCode ? code : null, reason] : hasCode ? [code] : [];
    }

    private static WebSocketEnd Existing(WebSocketEnd? end, Call call) => end ?? throw Script.NoSuchEnd(call.Function);

    /// <summary>The fields of an event for which <c>$data</c>, <c>$code</c> and <c>$reason</c> stand.</summary>
    private sealed record Happening
    {
        public static Happening None { get; } = new();

        public object? Data { get; init; } = Script.Undefined;

        public object? Code { get; init; } = Script.Undefined;

        public object? Reason { get; init; } = Script.Undefined;

        public object? Resolve(object? value) => value switch
        {
            "$data" => Data,
            "$code" => Code,
            "$reason" => Reason,
            _ => value,
        };
    }
}
