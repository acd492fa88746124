using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Running;

/// <content>What a script can do in a session only: the functions and handlers of hibernation.</content>
internal sealed partial class Actor
{
    private int _instance;

    private IObjectState State => state ?? throw new NotSupportedException("Only a session has this function.");

    /// <summary>The session has become active.</summary>
    public void Construct()
    {
        _instance = memory.NextInstance();
        foreach (var end in State.GetWebSockets(null))
        {
            if (memory.NameOf(end) is { } name)
            {
                _ends[name] = end;
            }
        }

        record(EndNames.Object, new JsonObject { ["k"] = "instance", ["n"] = _instance });
        const string Type = "construct";
        _ = Follow(EndNames.Object, Type, scenario.End(EndNames.Object).On.GetValueOrDefault(Type) ?? [], 0, Happening.None);
    }

    /// <summary>The session has been evicted.</summary>
    public void Evicted() => record(EndNames.Object, new JsonObject { ["k"] = "evict" });

    /// <summary>A message came to the session.</summary>
    public Task OnMessage(WebSocketEnd end, WebSocketMessage message, CancellationToken handler)
    {
        var data = Script.Data(message.IsText ? message.Text : null, message.Bytes, asBlob: false);
        var entry = new JsonObject { ["k"] = "event", ["type"] = "message", ["data"] = Script.RecordedData(data) };
        return HandleInSession(end, entry, new Happening { Data = data, Sender = end }, handler);
    }

    /// <summary>A Close, or the end of a client, came to the session.</summary>
    public Task OnClose(WebSocketEnd end, CloseEvent e, CancellationToken handler)
    {
        var entry =
            new JsonObject { ["k"] = "event", ["type"] = "close", ["code"] = e.Code, ["reason"] = e.Reason, ["wasClean"] = e.WasClean };
        return HandleInSession(end, entry, new Happening { Code = (double)e.Code, Reason = e.Reason, Sender = end }, handler);
    }

    /// <summary>A violation of the protocol came to the session.</summary>
    public Task OnError(WebSocketEnd end, ErrorEvent e, CancellationToken handler)
    {
        var entry = new JsonObject { ["k"] = "event", ["type"] = "error", ["kind"] = Script.KindOf(e.Kind), ["message"] = e.Message };
        return HandleInSession(end, entry, new Happening { Sender = end }, handler);
    }

    private Task HandleInSession(WebSocketEnd end, JsonObject entry, Happening happening, CancellationToken handler) =>
        scenario.Handlers.Contains(entry.Text("type"))
            ? Handle(NameOf(end), end, entry, listener: null, happening, handler)
            : Task.CompletedTask;

    private string NameOf(WebSocketEnd end) => _ends.First(named => named.Value == end).Key;

    private static List<object?>? Arguments(HibernationCall call, Happening happening)
    {
        switch (call.Function)
        {
            case "acceptWebSocket":
                return Given(call, "tags");
            case "getWebSockets":
                return Given(call, "tag");
            case "setAutoResponse":
                return Given(call, "request", "response");
            case "setEventTimeout":
                return Given(call, "value");
            case "newPair":
                return Given(call, "ends");
            case "newAutoResponsePair":
                return (List<object?>)call.Argument("args")!;
            case "setTimeout" or "waitUntil" or "fetch":
                return Given(call, "ms");
            case "broadcast":
                var text = new JsonObject { ["text"] = happening.Resolve(call.Argument("text")) };
                return call.Argument("tag") is string tag ? [text, new JsonObject { ["tag"] = tag }] : [text];
            case "serializeAttachment" when call.Argument("size") is double size:
                return [new JsonObject { ["stringLength"] = size }];
            case "serializeAttachment":
                return Given(call, "value");
            default:
                return null;
        }
    }

    private static List<object?> Given(HibernationCall call, params string[] names) =>
        [.. names.Select(call.Argument).Where(value => !ReferenceEquals(value, Script.Undefined))];

    private object? Perform(string at, WebSocketEnd? end, HibernationCall call, Happening happening)
    {
        switch (call.Function)
        {
            case "acceptWebSocket":
                State.AcceptWebSocket(Existing(end, call), call.Argument("tags") is List<object?> tags ? tags.Cast<string>() : []);
                return null;
            case "getTags":
                return State.GetTags(Existing(end, call)).Cast<object?>().ToList();
            case "getWebSockets":
                var names = State.GetWebSockets(call.Argument("tag") as string).Select(NameOf);
                return (call.Argument("order") is true ? names : names.Order(StringComparer.Ordinal)).Cast<object?>().ToList();
            case "broadcast":
                return Broadcast(call, happening);
            case "setAutoResponse":
                State.SetAutoResponse(call.Argument("request") is string request
                    ? new WebSocketRequestResponsePair(request, (string)call.Argument("response")!)
                    : null);
                return null;
            case "getAutoResponse":
                return State.AutoResponse is { } pair
                    ? new JsonObject { ["request"] = pair.Request, ["response"] = pair.Response }
                    : NullResult.Value;
            case "newAutoResponsePair":
                var texts = (List<object?>)call.Argument("args")!;
                _ = new WebSocketRequestResponsePair((string)texts[0]!, (string)texts[1]!);
                return null;
            case "getAutoResponseTimestamp":
                return State.GetAutoResponseTimestamp(Existing(end, call)) is null ? NullResult.Value : "date";
            case "setEventTimeout":
                State.EventTimeout = call.Argument("value") is double limit ? TimeSpan.FromMilliseconds(Math.Floor(limit)) : null;
                return null;
            case "getEventTimeout":
                return State.EventTimeout is { } timeout ? timeout.TotalMilliseconds : NullResult.Value;
            case "newPair":
                var ends = (List<object?>)call.Argument("ends")!;
                var (client, server) = State.NewPair();
                Bind((string)ends[0]!, client);
                Bind((string)ends[1]!, server);
                return null;
            case "setTimeout" or "waitUntil" or "fetch":
                State.WaitUntil(TellLaterAsync(call.Function == "setTimeout" ? "timeout" : call.Function, (double)call.Argument("ms")!));
                return null;
            case "serializeAttachment":
                var value = call.Argument("size") is double size ? new string('x', (int)size) : call.Argument("value");
                Existing(end, call).SerializeAttachment(JsonWriter.Write(value));
                return null;
            case "deserializeAttachment" or "mutateAttachment":
                return Existing(end, call).DeserializeAttachment<string>() is { } kept
                    ? JsonReader.Read(System.Text.Encoding.UTF8.GetBytes(kept)) ?? NullResult.Value
                    : NullResult.Value;
            case "abort":
                State.Abort();
                return null;
            case "sameObject":
                return State.GetWebSockets(null).Contains(Existing(end, call));
            default:
                throw new NotSupportedException($"Nothing performs {call.Function} at {at}.");
        }
    }

    private List<object?> Broadcast(HibernationCall call, Happening happening)
    {
        var text = (string)happening.Resolve(call.Argument("text"))!;
        var except = call.Argument("except") switch { "sender" => happening.Sender, string name => Find(name), _ => null };
        List<object?> result = [];
        foreach (var socket in State.GetWebSockets(call.Argument("tag") as string).Where(socket => socket != except))
        {
            string? kind = null;
            try
            {
                socket.Send(text);
            }
            catch (WebSocketPairException error)
            {
                kind = Script.KindOf(error.Kind);
            }

            result.Add($"{NameOf(socket)}:{(int)socket.ReadyState}{(kind is null ? null : $":{kind}")}");
        }

        return result;
    }

    private async Task TellLaterAsync(string type, double milliseconds)
    {
        await _timers.DelayAsync(TimeSpan.FromMilliseconds(milliseconds));
        var entry = new JsonObject { ["k"] = "event", ["type"] = type };
        if (_instance > 1)
        {
            entry["instance"] = _instance;
        }

        record(EndNames.Object, entry);
    }
}
