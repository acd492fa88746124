using System.Globalization;

namespace OrleansSockets.Conformance;

/// <summary>What the program was asked to do.</summary>
internal sealed record CommandLine
{
    public const string Usage =
        "usage: [--nodes 1|2|3] [--processes] [--http2] [--out DIR] [--repeat N] FILE|DIR...   (no file: the recorded scenarios of this "
            + "project)";

    public int Nodes { get; private init; } = 1;

    /// <summary>Every node is an operating system process of its own.</summary>
    public bool Processes { get; private init; }

    /// <summary>Clients come over HTTP/2: a stream is their connection, END_STREAM their FIN, RST_STREAM their reset.</summary>
    public bool Http2 { get; private init; }

    public string? Out { get; private init; }

    public int Repeat { get; private init; } = 1;

    public IReadOnlyList<string> Inputs { get; private init; } = [];

    /// <returns>The command, or the sentence that says what is wrong with it.</returns>
    public static (CommandLine? Command, string? Error) Parse(IReadOnlyList<string> arguments)
    {
        var command = new CommandLine();
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--nodes" when Number(value) is >= 1 and <= 3 and var nodes:
                    command = command with { Nodes = nodes };
                    i++;
                    break;
                case "--repeat" when Number(value) is > 0 and var times:
                    command = command with { Repeat = times };
                    i++;
                    break;
                case "--out" when value is not null:
                    command = command with { Out = value };
                    i++;
                    break;
                case "--processes":
                    command = command with { Processes = true };
                    break;
                case "--http2":
                    command = command with { Http2 = true };
                    break;
                case var option when option.StartsWith('-'):
                    return (null, $"{option} {value} is not understood. {Usage}");
                case var input when !File.Exists(input) && !Directory.Exists(input):
                    return (null, $"There is no file or folder {input}.");
                case var input:
                    command = command with { Inputs = [.. command.Inputs, input] };
                    break;
            }
        }

        return (command, null);
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
