using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansSockets.Conformance.Json;

/// <summary>Reads JSON into plain values. Unlike the readers of the platform it keeps lone surrogates (<c>"\ud800"</c>), which
/// JavaScript strings may hold and which scenarios send.</summary>
internal static class JsonReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    public static object? Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        var reader = new Utf8JsonReader(utf8, Options);
        reader.Read();
        var value = Value(ref reader);
        if (reader.Read())
        {
            throw new JsonException("There is something after the end of the JSON text.");
        }

        return value;
    }

    public static object? Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static object? Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(ref reader),
        JsonTokenType.StartArray => Array(ref reader),
        JsonTokenType.String => Unescape(reader.ValueSpan),
        JsonTokenType.Number => double.Parse(reader.ValueSpan, CultureInfo.InvariantCulture),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new JsonException($"Unexpected {reader.TokenType}."),
    };

    private static JsonObject Object(ref Utf8JsonReader reader)
    {
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Unescape(reader.ValueSpan);
            reader.Read();
            if (!result.TryAdd(name, Value(ref reader)))
            {
                throw new JsonException($"The field \"{name}\" is there twice.");
            }
        }

        return result;
    }

    private static List<object?> Array(ref Utf8JsonReader reader)
    {
        var result = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            result.Add(Value(ref reader));
        }

        return result;
    }

    // The tokenizer has checked the escapes already, but leaves the pairing of surrogates to us.
    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw);
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            var escape = text[++i];
            if (escape == 'u')
            {
                result.Append((char)ushort.Parse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            result.Append(escape switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                _ => escape,
            });
        }

        return result.ToString();
    }
}
