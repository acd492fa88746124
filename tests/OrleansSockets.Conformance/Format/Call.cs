using OrleansSockets.Conformance.JavaScript;

namespace OrleansSockets.Conformance.Format;

/// <summary>One call of a script. Arguments are script values; an absent one is <see cref="Script.Undefined"/>.</summary>
/// <param name="Function">The name that the trace shows.</param>
/// <param name="At">The end it is made on; <c>null</c> is the end of the step, the setup or the event.</param>
internal abstract record Call(string Function, string? At);

internal sealed record AcceptCall(string? At, object? Options) : Call("accept", At);

/// <param name="Argument">What the trace shows; <c>null</c>: derived from the value.</param>
internal sealed record SendCall(string? At, object? Value, Json.JsonObject? Argument) : Call("send", At);

internal sealed record CloseCall(string? At, object? Code, object? Reason) : Call("close", At);

internal sealed record ReadyStateCall(string? At) : Call("readyState", At);

/// <param name="Message">The text of the error; <c>null</c>: the usual one.</param>
internal sealed record ThrowCall(string? At, string? Message) : Call("throw", At);

/// <summary>The handler returns a promise; the rest of its rules runs so much later.</summary>
internal sealed record DelayCall(string? At, TimeSpan Time) : Call("delay", At);

/// <summary>The handler returns a rejected promise.</summary>
/// <param name="Message">The text of the error; <c>null</c>: the usual one.</param>
internal sealed record RejectCall(string? At, string? Message) : Call("reject", At);

internal sealed record GetPropertiesCall(string? At) : Call("getProperties", At);

internal sealed record SetBinaryTypeCall(string? At, object? Value) : Call("setBinaryType", At);

/// <summary>A property that a script puts on the end as on any object.</summary>
internal sealed record SetPropertyCall(string? At, string Name, object? Value) : Call("setProperty", At);

internal sealed record GetPropertyCall(string? At, string Name) : Call("getProperty", At);

/// <summary>Lets go of the end, which must change nothing.</summary>
internal sealed record DropCall(string? At) : Call("drop", At);

/// <summary>A function of the hibernation API with its arguments by name.</summary>
internal sealed record HibernationCall(string Function, string? At, IReadOnlyDictionary<string, object?> Arguments) : Call(Function, At)
{
    public object? Argument(string name) => Arguments.GetValueOrDefault(name, Script.Undefined);
}

/// <summary>What an end does on an event of one type.</summary>
/// <param name="WhenText">Only if the message is this text.</param>
/// <param name="WhenInstance">
/// Only in this instance of an object that may be evicted. An end whose owner has no such instances follows no such rule.
/// </param>
internal sealed record Rule(Call Call, string? WhenText, int? WhenInstance = null);
