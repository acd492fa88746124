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

internal sealed record ThrowCall(string? At) : Call("throw", At);

/// <summary>Lets go of the end, which must change nothing.</summary>
internal sealed record DropCall(string? At) : Call("drop", At);

/// <summary>A function of the hibernation API with its arguments by name.</summary>
internal sealed record HibernationCall(string Function, string? At, IReadOnlyDictionary<string, object?> Arguments) : Call(Function, At)
{
    public object? Argument(string name) => Arguments.GetValueOrDefault(name, Script.Undefined);
}

/// <summary>What an end does on an event of one type.</summary>
/// <param name="WhenText">Only if the message is this text.</param>
internal sealed record Rule(Call Call, string? WhenText);
