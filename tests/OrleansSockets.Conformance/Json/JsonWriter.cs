using System.Globalization;
using System.Text;
using OrleansSockets.Conformance.JavaScript;

namespace OrleansSockets.Conformance.Json;

/// <summary>
/// Writes plain values as JSON: on one line, or with its outer fields and the items of its long lists on lines of their own.
/// </summary>
internal static class JsonWriter
{
    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>Writes a file as the recorded ones are written: one line for each step and each trace entry.</summary>
    /// <param name="value">The whole file.</param>
    /// <param name="openLevels">How many levels of objects are laid out; what lies deeper is written on one line.</param>
    public static string WriteFile(JsonObject value, int openLevels = 3)
    {
        var text = new StringBuilder();
        LayOut(text, value, openLevels, indent: 0);
        return text.Append('\n').ToString();
    }

    private static void LayOut(StringBuilder text, object? value, int levels, int indent)
    {
        if (value is JsonObject { Count: > 0 } fields && levels > 0)
        {
            Lines(text, '{', '}', fields, indent, (field, to) =>
            {
                WriteText(to, field.Key);
                to.Append(": ");
                LayOut(to, field.Value, levels - 1, indent + 2);
            });
        }
        else if (value is List<object?> { Count: > 0 } items && items.All(item => item is JsonObject))
        {
            Lines(text, '[', ']', items, indent, (item, to) => Write(to, item));
        }
        else
        {
            Write(text, value);
        }
    }

    private static void Lines<T>(
        StringBuilder text, char open, char close, IEnumerable<T> items, int indent, Action<T, StringBuilder> write)
    {
        text.Append(open);
        var separator = "\n";
        foreach (var item in items)
        {
            text.Append(separator).Append(' ', indent + 2);
            write(item, text);
            separator = ",\n";
        }

        text.Append('\n').Append(' ', indent).Append(close);
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case double number:
                text.Append(Script.ToText(number));
                break;
            case int number:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case string words:
                WriteText(text, words);
                break;
            case JsonObject fields:
                WriteObject(text, fields);
                break;
            case IEnumerable<object?> items:
                WriteList(text, items);
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} has no JSON form.", nameof(value));
        }
    }

    private static void WriteObject(StringBuilder text, JsonObject fields)
    {
        text.Append('{');
        var separator = string.Empty;
        foreach (var (name, value) in fields)
        {
            text.Append(separator);
            WriteText(text, name);
            text.Append(':');
            Write(text, value);
            separator = ",";
        }

        text.Append('}');
    }

    private static void WriteList(StringBuilder text, IEnumerable<object?> items)
    {
        text.Append('[');
        var separator = string.Empty;
        foreach (var item in items)
        {
            text.Append(separator);
            Write(text, item);
            separator = ",";
        }

        text.Append(']');
    }

    private static void WriteText(StringBuilder text, string words)
    {
        text.Append('"');
        for (var i = 0; i < words.Length; i++)
        {
            var c = words[i];
            if (char.IsHighSurrogate(c) && i + 1 < words.Length && char.IsLowSurrogate(words[i + 1]))
            {
                text.Append(c).Append(words[++i]);
            }
            else if (c < ' ' || char.IsSurrogate(c))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else if (c is '"' or '\\')
            {
                text.Append('\\').Append(c);
            }
            else
            {
                text.Append(c);
            }
        }

        text.Append('"');
    }
}
