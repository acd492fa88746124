using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Running;

/// <summary>
/// The script of a scenario where it runs: it holds ends by name, makes the calls, records what happens and follows the rules of its
/// handlers. The same in a context of the edge and in a session grain; everything here runs in turns of the owner of the ends.
/// </summary>
/// <param name="scenario">What it plays.</param>
/// <param name="record">Takes an entry of the trace of an end.</param>
/// <param name="time">The clock of its delays.</param>
/// <param name="state">Of the session that it runs in; null: it runs in a context of the edge.</param>
/// <param name="memory">What is known of the session beyond this instance.</param>
internal sealed partial class Actor(
    Scenario scenario, Action<string, JsonObject> record, TimeProvider time, IObjectState? state, ObjectMemory memory)
{
    private static readonly IReadOnlyList<Call> OnlyHibernate =
        [new HibernationCall("acceptWebSocket", At: null, new Dictionary<string, object?>())];

    private static readonly IReadOnlyList<Call> OnlyAccept = [new AcceptCall(At: null, Script.Undefined)];
    private readonly Dictionary<string, WebSocketEnd> _ends = [];
    private readonly Dictionary<(string End, string Name), object?> _properties = [];
    private readonly ScriptTimers _timers = new(time);
    private int _waiting;

    /// <summary>No handler waits.</summary>
    public bool IsIdle => Volatile.Read(ref _waiting) == 0;

    public WebSocketEnd? Find(string end) => _ends.GetValueOrDefault(end);

    /// <summary>Keeps an end to make calls on, without listening to it.</summary>
    public void Hold(string name, WebSocketEnd end)
    {
        _ends[name] = end;
        memory.Name(end, name);
    }

    /// <summary>Listens to an end.</summary>
    public void Bind(string name, WebSocketEnd end)
    {
        Hold(name, end);
        SetBinaryType(end, scenario.End(name).BinaryType);
        end.OnMessage(e => OnMessage(name, end, e, listener: null));
        end.OnClose(e => OnClose(name, end, e, listener: null));
        end.OnError(e => OnError(name, end, e, listener: null));
        var more = scenario.End(name).More;
        for (var i = 0; i < more.Count; i++)
        {
            var listener = i;
            if (more[i].ContainsKey("message"))
            {
                end.OnMessage(e => OnMessage(name, end, e, listener));
            }

            if (more[i].ContainsKey("close"))
            {
                end.OnClose(e => OnClose(name, end, e, listener));
            }

            if (more[i].ContainsKey("error"))
            {
                end.OnError(e => OnError(name, end, e, listener));
            }
        }
    }

    /// <summary>
    /// Records what the listeners of a context throw, as the global scope of a script hears it. Of rejected promises it hears elsewhere.
    /// </summary>
    public void Watch(WebSocketContext context)
    {
        if (scenario.GlobalErrors)
        {
            context.OnUnhandledListenerException(e =>
            {
                if (e is { IsRejection: false, Error: Script.ThrownByScenario thrown })
                {
                    record(EndNames.Global, new JsonObject
                    {
                        ["k"] =
                            "event", ["type"] =
                                "error", ["message"] = $"Uncaught Error: {thrown.Message}", ["error"] = $"Error: {thrown.Message}",
                    });
                }
            });
        }
    }

    public void SetUp(string name)
    {
        foreach (var call in scenario.End(name).Setup ?? (scenario.Topology == Topology.Room ? OnlyHibernate : OnlyAccept))
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

    private Task OnMessage(string name, WebSocketEnd end, MessageEvent e, int? listener)
    {
        var text = e.Data.IsText ? e.Data.Text : null;
        var data = Script.Data(text, e.Data.Bytes, asBlob: end.BinaryType == BinaryType.Blob);
        var entry = new JsonObject { ["k"] = "event", ["type"] = "message", ["data"] = Script.RecordedData(data) };
        return Handle(name, end, entry, listener, new Happening { Data = data });
    }

    private Task OnClose(string name, WebSocketEnd end, CloseEvent e, int? listener)
    {
        var entry =
            new JsonObject { ["k"] = "event", ["type"] = "close", ["code"] = e.Code, ["reason"] = e.Reason, ["wasClean"] = e.WasClean };
        return Handle(name, end, entry, listener, new Happening { Code = (double)e.Code, Reason = e.Reason });
    }

    private Task OnError(string name, WebSocketEnd end, ErrorEvent e, int? listener)
    {
        var entry = new JsonObject { ["k"] = "event", ["type"] = "error", ["kind"] = Script.KindOf(e.Kind), ["message"] = e.Message };
        return Handle(name, end, entry, listener, Happening.None);
    }

    // A listener is a function that returns a promise: what is thrown before the first delay comes out of it, not into the promise.
    private Task Handle(
        string name, WebSocketEnd end, JsonObject entry, int? listener, Happening happening, CancellationToken? handler = null)
    {
        if (listener is { } number)
        {
            // Those behind the first one are numbered from 2.
            entry["listener"] = number + 2;
        }

        entry["readyState"] = (int)end.ReadyState;
        if (_instance > 1)
        {
            entry["instance"] = _instance;
        }

        record(name, entry);
        var type = entry.Text("type")!;
        var spec = scenario.End(name);
        return Follow(name, type, (listener is { } more ? spec.More[more] : spec.On).GetValueOrDefault(type) ?? [], 0, happening, handler);
    }

    // In a handler of a session's own, which has a token, the promise is the handler's.
    private Task Follow(
        string name, string type, IReadOnlyList<Rule> rules, int next, Happening happening, CancellationToken? handler = null)
    {
        for (; next < rules.Count; next++)
        {
            var rule = rules[next];
            var isOfAnotherInstance = rule.WhenInstance is { } instance && instance != _instance;
            if (isOfAnotherInstance || (rule.WhenText is not null && !rule.WhenText.Equals(happening.Data)))
            {
                continue;
            }

            switch (rule.Call)
            {
                case DelayCall delay:
                    // A script's listener that waits does not hold back the next event, as one of this library does: the rest runs beside
                    // it.
                    var rest = FollowLaterAsync(delay.Time, name, type, rules, next + 1, happening, handler);
                    return handler is null ? Task.CompletedTask : rest;
                case RejectCall reject:
                    return Task.FromException(new Script.ThrownByScenario(reject.Message));
                default:
                    Perform(rule.Call.At ?? name, rule.Call, $"{name}.{type}", happening);
                    break;
            }
        }

        return Task.CompletedTask;
    }

    private async Task FollowLaterAsync(
        TimeSpan after, string name, string type, IReadOnlyList<Rule> rules, int next, Happening happening, CancellationToken? handler)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            // It goes on in a turn of the owner of the end.
            await _timers.DelayAsync(after).WaitAsync(handler ?? CancellationToken.None);
            await Follow(name, type, rules, next, happening, handler);
        }
        catch (Script.ThrownByScenario)
        {
            // A rejected promise, of which no trace tells.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void Perform(string at, Call call, string? inside, Happening happening)
    {
        if (call is ThrowCall thrown)
        {
            throw new Script.ThrownByScenario(thrown.Message);
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

        foreach (var name in (string[])["order", "except"])
        {
            if (call is HibernationCall named && !ReferenceEquals(named.Argument(name), Script.Undefined))
            {
                entry[name] = named.Argument(name);
            }
        }

        if (_instance > 1)
        {
            entry["instance"] = _instance;
            if (end is null && at != EndNames.Object)
            {
                entry["gone"] = true;
                record(at, entry);
                return;
            }
        }

        if (call.Function == "abort")
        {
            // The call does not return: whoever asked for the turn is told.
            record(at, entry);
            perform();
        }

        var before = (int?)end?.ReadyState;
        try
        {
            if (perform() is { } result)
            {
                entry["result"] = result is NullResult ? null : result;
            }
        }
        catch (WebSocketPairException error)
        {
            entry["threw"] = Script.Threw(Script.ErrorName(error.Kind), Script.KindOf(error.Kind), error.Message);
        }
        catch (Script.Error error)
        {
            entry["threw"] = Script.Threw(error.Name, Script.KindOf(WebSocketPairErrorKind.Other), error.Message);
        }

        if (at != EndNames.Object)
        {
            entry["readyState"] = new List<object?> { before, (int?)end?.ReadyState };
        }

        record(at, entry);
    }

    // What the trace shows as arguments, and the call itself.
    private (List<object?>? Arguments, Func<object?> Perform) Prepare(string at, WebSocketEnd? end, Call call, Happening happening)
    {
        switch (call)
        {
            case AcceptCall accept:
                return (
                    ReferenceEquals(accept.Options, Script.Undefined) ? null : [accept.Options],
                    Silent(() => Accept(Existing(end, call), accept.Options)));
            case SendCall send:
                var value = happening.Resolve(send.Value);
                return ([send.Argument ?? Script.RecordedArgument(value)], Silent(() => Send(Existing(end, call), value)));
            case CloseCall close:
                var (code, reason) = (happening.Resolve(close.Code), happening.Resolve(close.Reason));
                return (
                    CloseArguments(code, reason),
                    Silent(() => Existing(end, call).Close(Script.CloseCode(code), Script.CloseReason(reason))));
            case ReadyStateCall:
                return (null, static () => null);
            case DropCall:
                return (null, Silent(() => _ends.Remove(at)));
            case GetPropertiesCall:
                return (null, () => Properties(Existing(end, call)));
            case SetBinaryTypeCall set:
                return ([set.Value], Silent(() => SetBinaryType(Existing(end, call), set.Value)));
            case SetPropertyCall set:
                return ([set.Name, set.Value], Silent(() => _properties[(at, set.Name)] = set.Value));
            case GetPropertyCall get:
                return ([get.Name], () => _properties.GetValueOrDefault((at, get.Name)) ?? NullResult.Value);
            case HibernationCall hibernation:
                return (Arguments(hibernation, happening), () => Perform(at, end, hibernation, happening));
            default:
                throw new NotSupportedException($"Nothing performs {call.Function}.");
        }
    }

    private static Func<object?> Silent(Action call) => () =>
    {
        call();
        return null;
    };

    private static JsonObject Properties(WebSocketEnd end) => new()
    {
        ["url"] = null,
        ["protocol"] = end.Protocol,
        ["extensions"] = string.Empty,
        ["binaryType"] = end.BinaryType == BinaryType.Blob ? "blob" : "arraybuffer",
    };

    // Another value is ignored.
    private static void SetBinaryType(WebSocketEnd end, object? value) => end.BinaryType = value switch
    {
        "blob" => BinaryType.Blob,
        "arraybuffer" => BinaryType.ArrayBuffer,
        _ => end.BinaryType,
    };

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

    /// <summary>The result <c>null</c>, which a trace shows; without a result it shows none.</summary>
    private sealed class NullResult
    {
        public static NullResult Value { get; } = new();
    }

    /// <summary>The fields of an event for which <c>$data</c>, <c>$code</c> and <c>$reason</c> stand.</summary>
    private sealed record Happening
    {
        public static Happening None { get; } = new();

        /// <summary>Whose event it is.</summary>
        public WebSocketEnd? Sender { get; init; }

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
