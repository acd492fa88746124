using System.Globalization;
using System.Text;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.JavaScript;

/// <summary>
/// Everything in a scenario that JavaScript alone can express, mapped to what the library takes and gives: the value
/// <c>undefined</c>, truthiness of an option, what a sent value becomes, 32-bit conversion of a close code, names of errors,
/// and Blob against ArrayBuffer. The library knows nothing of it.
/// </summary>
/// <remarks>Values are those of <see cref="JsonObject"/>, and <see cref="Undefined"/>, <see cref="T:byte[]"/> (a Uint8Array or an
/// ArrayBuffer) and <see cref="Blob"/>.</remarks>
internal static class Script
{
    /// <summary>Longer messages are recorded by their length.</summary>
    public const int LongestRecorded = 4096;

    public static readonly object Undefined = new UndefinedValue();

    /// <summary>An error as a script sees it: its class name, and the kind by which scenarios tell errors apart.</summary>
    public sealed class Error(string name, string message) : Exception(message)
    {
        public string Name { get; } = name;
    }

    /// <summary>What a scenario throws out of a handler.</summary>
    public sealed class ThrownByScenario(string? message = null) : Exception(message ?? "thrown by scenario");

    /// <summary>Binary data whose bytes a script can only read asynchronously, so a trace shows its size alone.</summary>
    public sealed record Blob(int Size);

    private sealed record UndefinedValue;

    // ---- arguments of calls ------------------------------------------------------------------

    /// <summary>The option <c>allowHalfOpen</c> of <c>accept(options)</c>; <c>null</c> if it is absent.</summary>
    /// <exception cref="Error">TypeError: the options are neither absent nor an object.</exception>
    public static bool? AllowHalfOpen(object? options) => options switch
    {
        null or UndefinedValue or List<object?> => null,
        JsonObject fields => fields.TryGetValue("allowHalfOpen", out var value) ? IsTruthy(value) : null,
        _ => throw new Error("TypeError", "Failed to execute 'accept' on 'WebSocket': parameter 1 is not of type 'AcceptOptions'."),
    };

    public static bool IsTruthy(object? value) => value switch
    {
        null or UndefinedValue => false,
        bool flag => flag,
        double number => number != 0 && !double.IsNaN(number),
        string text => text.Length > 0,
        _ => true,
    };

    /// <summary>What <c>send(value)</c> puts into a frame: bytes as they are, a string or everything else as text.</summary>
    public static object SentAs(object? value) => value as byte[] as object ?? ToText(value);

    /// <summary>The first argument of <c>close</c> as a 32-bit number; <c>null</c> if it is absent.</summary>
    /// <exception cref="Error">TypeError: the number has more than 32 bits.</exception>
    public static int? CloseCode(object? code)
    {
        if (code is UndefinedValue)
        {
            return null;
        }

        var number = ToNumber(code);
        if (!double.IsFinite(number))
        {
            return 0;
        }

        number = Math.Truncate(number);
        return number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : throw new Error("TypeError", "Value out of range. Must be between -2147483648 and 2147483647 (inclusive).");
    }

    /// <summary>The second argument of <c>close</c> as text; <c>null</c> if it is absent.</summary>
    public static string? CloseReason(object? reason) =>
        reason is UndefinedValue ? null : ToText(reason);

    // ---- conversions -------------------------------------------------------------------------

    public static string ToText(object? value) => value switch
    {
        null => "null",
        UndefinedValue => "undefined",
        bool flag => flag ? "true" : "false",
        double number => ToText(number),
        string text => text,
        Blob => "[object Blob]",
        List<object?> items => string.Join(',', items.Select(item => item is null ? string.Empty : ToText(item))),
        _ => "[object Object]",
    };

    /// <summary>The shortest digits that read back as the same number, laid out as ECMAScript's Number::toString does.</summary>
    public static string ToText(double number)
    {
        if (number == 0 || !double.IsFinite(number))
        {
            return number == 0 ? "0" : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }

        var (digits, point) = ShortestDigits(Math.Abs(number));
        var text = new StringBuilder(number < 0 ? "-" : string.Empty);
        if (point is > 21 or < -5)
        {
            text.Append(digits[0]);
            if (digits.Length > 1)
            {
                text.Append('.').Append(digits, 1, digits.Length - 1);
            }

            return text.Append('e').Append(point > 0 ? '+' : '-').Append(Math.Abs(point - 1)).ToString();
        }

        if (point <= 0)
        {
            return text.Append("0.").Append('0', -point).Append(digits).ToString();
        }

        return digits.Length <= point
            ? text.Append(digits).Append('0', point - digits.Length).ToString()
            : text.Append(digits, 0, point).Append('.').Append(digits, point, digits.Length - point).ToString();
    }

    // The number is 0.DIGITS times ten to the power of Point.
    private static (string Digits, int Point) ShortestDigits(double number)
    {
        var parts = number.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? parts[0].Length : dot) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        var digits = parts[0].Replace(".", string.Empty, StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), point - leading);
    }

    private static double ToNumber(object? value) => value switch
    {
        null => 0,
        bool flag => flag ? 1 : 0,
        double number => number,
        string text => ToNumber(text.Trim()),
        List<object?> => ToNumber(ToText(value)),
        _ => double.NaN,
    };

    private static double ToNumber(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : double.NaN;
        }

        if (text.TrimStart('+', '-') == "Infinity")
        {
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }

        return text.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    // ---- what a script sees ------------------------------------------------------------------

    /// <summary>The <c>data</c> of a message event as a script has it in hands.</summary>
    public static object Data(string? text, ReadOnlyMemory<byte> bytes, bool asBlob) =>
        text as object ?? (asBlob ? new Blob(bytes.Length) : bytes.ToArray());

    /// <summary>The <c>data</c> of a message event as a trace shows it.</summary>
    public static JsonObject RecordedData(object data) => data switch
    {
        string { Length: > LongestRecorded } text => new() { ["textLength"] = text.Length },
        string text => new() { ["text"] = text },
        Blob blob => new() { ["size"] = blob.Size, ["as"] = "blob" },
        byte[] { Length: > LongestRecorded } bytes => new() { ["binaryLength"] = bytes.Length, ["as"] = "arraybuffer" },
        byte[] bytes => new() { ["hex"] = Convert.ToHexStringLower(bytes), ["as"] = "arraybuffer" },
        _ => throw new ArgumentException($"A message is no {data.GetType()}.", nameof(data)),
    };

    /// <summary>A sent value as a trace shows it: a string as text, everything else by the bytes that a Uint8Array makes of it.</summary>
    public static JsonObject RecordedArgument(object? sent) =>
        sent is string text
            ? new() { ["text"] = text }
            : new() { ["hex"] = sent is byte[] bytes ? Convert.ToHexStringLower(bytes) : string.Empty };

    /// <summary>The field <c>threw</c> of a call.</summary>
    public static JsonObject Threw(string name, string kind, string message) =>
        new() { ["name"] = name, ["kind"] = kind, ["message"] = message };

    /// <summary>A call on an end that the script does not hold.</summary>
    public static Error NoSuchEnd(string function) => new("TypeError", $"Cannot read properties of undefined (reading '{function}')");

    public static string ErrorName(WebSocketPairErrorKind kind) => kind switch
    {
        WebSocketPairErrorKind.InvalidCode or WebSocketPairErrorKind.ReasonWithoutCode => "InvalidAccessError",
        WebSocketPairErrorKind.ReasonTooLong => "SyntaxError",
        WebSocketPairErrorKind.SendAfterClose or WebSocketPairErrorKind.NotAccepted or WebSocketPairErrorKind.AlreadyUsedInResponse
            or WebSocketPairErrorKind.AcceptAfterHibernation => "TypeError",
        WebSocketPairErrorKind.AutoResponseTooLong => "RangeError",
        _ => "Error",
    };

    public static string KindOf(WebSocketPairErrorKind kind) => kind switch
    {
        WebSocketPairErrorKind.InvalidCode => "invalid-code",
        WebSocketPairErrorKind.ReasonTooLong => "reason-too-long",
        WebSocketPairErrorKind.ReasonWithoutCode => "reason-without-code",
        WebSocketPairErrorKind.SendAfterClose => "send-after-close",
        WebSocketPairErrorKind.NotAccepted => "not-accepted",
        WebSocketPairErrorKind.AlreadyUsedInResponse => "already-used-in-response",
        WebSocketPairErrorKind.AcceptAfterHibernation => "accept-after-hibernation",
        WebSocketPairErrorKind.HibernateAfterAccept => "hibernate-after-accept",
        WebSocketPairErrorKind.HibernatePeerTaken => "hibernate-peer-taken",
        WebSocketPairErrorKind.TooManyTags => "too-many-tags",
        WebSocketPairErrorKind.TagTooLong => "tag-too-long",
        WebSocketPairErrorKind.AttachmentTooLarge => "attachment-too-large",
        WebSocketPairErrorKind.NoTags => "no-tags",
        WebSocketPairErrorKind.EventTimeoutOutOfRange => "event-timeout-too-large",
        WebSocketPairErrorKind.PeerDisconnected => "peer-disconnected",
        WebSocketPairErrorKind.ProtocolError => "protocol-error",
        WebSocketPairErrorKind.MessageTooLarge => "message-too-large",
        _ => "other",
    };
}
