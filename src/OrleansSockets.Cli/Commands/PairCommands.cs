using System.CommandLine;

namespace OrleansSockets.Cli.Commands;

/// <summary><c>pairs</c>.</summary>
internal static class PairCommands
{
    public static Command Create(ConnectionOptions connection) => new("pairs", "The cluster's pairs.")
    {
        List(connection), Show(connection), Explain(connection), Close(connection), Drop(connection),
    };

    private static Command List(ConnectionOptions connection)
    {
        var node = new Option<string?>("--node") { Description = "Only pairs with an end or their grain on this node." };
        var state = new Option<string?>("--state")
        {
            Description = "Only pairs with an end in this state: "
                + "connecting, open, closing, closed; pending, accepted, coupled, hibernatable.",
        };
        var deployment = new Option<string?>("--deployment") { Description = "Only pairs with an end that has its settings." };
        var limit = new Option<int>("--limit") { Description = "At most so many, 1000 at the most.", DefaultValueFactory = _ => 100 };
        var after = new Option<string?>("--after") { Description = "Only those behind this id." };
        var command = new Command("list", "Living pairs by id; those that never left their context are not listed.")
            { node, state, deployment, limit, after };
        connection.Run(
            command,
            (client, parsed, cancellation) =>
            {
                (string Name, string? Value)[] filters =
                [
                    ("node", parsed.GetValue(node)), ("state", parsed.GetValue(state)), ("deployment", parsed.GetValue(deployment)),
                    ("limit", $"{parsed.GetValue(limit)}"), ("after", parsed.GetValue(after)),
                ];
                var query = filters.Where(filter => filter.Value is not null)
                    .Select(filter => $"{filter.Name}={Uri.EscapeDataString(filter.Value!)}");
                return client.GetAsync($"pairs?{string.Join('&', query)}", cancellation);
            },
            ShowPage);
        return command;
    }

    private static Command Show(ConnectionOptions connection)
    {
        var (command, id) = WithId("show", "One pair: its ends and its timeline.");
        connection.Run(command, (client, parsed, cancellation) => client.GetAsync(Path(parsed.GetValue(id)!), cancellation), ShowPair);
        return command;
    }

    private static Command Explain(ConnectionOptions connection)
    {
        var (command, id) = WithId("explain", "Why an end saw 1006, or how the pair ended without.");
        connection.Run(
            command, (client, parsed, cancellation) => client.GetAsync(Path(parsed.GetValue(id)!), cancellation), (pair, output) =>
        {
            foreach (var sentence in pair.Items("explanation"))
            {
                output.WriteLine(sentence);
            }
        });
        return command;
    }

    private static Command Close(ConnectionOptions connection)
    {
        var (command, id) = WithId("close", "Each end gets a Close from the other one.");
        var code = new Option<int>("--code") { Description = "1000 to 4999.", DefaultValueFactory = _ => 1000 };
        var reason = new Option<string?>("--reason") { Description = "At most 123 bytes." };
        command.Add(code);
        command.Add(reason);
        connection.Run(
            command,
            (client, parsed, cancellation) => client.PostAsync(
                $"{Path(parsed.GetValue(id)!)}/close", new { code = parsed.GetValue(code), reason = parsed.GetValue(reason) },
                cancellation),
            (_, output) => output.WriteLine("Both ends are being closed."));
        return command;
    }

    private static Command Drop(ConnectionOptions connection)
    {
        var (command, id) = WithId("drop", "Each end loses the other one at once: 1006.");
        connection.Run(
            command,
            (client, parsed, cancellation) => client.PostAsync($"{Path(parsed.GetValue(id)!)}/drop", null, cancellation),
            (_, output) => output.WriteLine("Dropped."));
        return command;
    }

    private static void ShowPage(Answer page, TextWriter output)
    {
        var table = new Table("PAIR", "GRAIN ON", "EPOCH", "END 0", "END 1");
        foreach (var pair in page.Items("pairs"))
        {
            table.Add(pair.Text("id"), pair.Text("grainNode"), pair.Text("epoch"), End(pair, "0"), End(pair, "1"));
        }

        table.Write(output, "No pair matches.");
        if (page.Text("next") is not "-" and var next)
        {
            output.WriteLine($"More: --after {next}");
        }
    }

    private static void ShowPair(Answer pair, TextWriter output)
    {
        var where = pair.Flag("finished") ? "over" : $"grain on {pair.Text("grainNode")}, epoch {pair.Text("epoch")}";
        output.WriteLine($"pair {pair.Text("id")}, {where}");
        output.WriteLine();
        var ends = new Table("END", "NODE", "STATE", "PHASE", "DEPLOYMENT", "REVISION", "QUEUED");
        foreach (var end in pair.Items("ends"))
        {
            ends.Add(
                end.Text("side"), end.Text("node"),
                end.Text("readyState"), end.Text("phase"), end.Text("deployment"), end.Text("revision"), end.Text("queuedBytes"));
        }

        ends.Write(output, "No node holds an end of it.");
        output.WriteLine();
        var timeline = new Table("TIME", "NODE", "END", "WHAT", "CODE");
        foreach (var entry in pair.Items("timeline"))
        {
            timeline.Add(
                entry.Text("time"),
                entry.Text("node"),
                entry.Text("side").Replace("-1", "grain", StringComparison.Ordinal),
                entry.Text("what"),
                entry.Text("code"));
        }

        timeline.Write(output, "Its timeline is empty.");
    }

    private static string End(Answer pair, string side) => pair.Items("ends")
        .Where(end => end.Text("side") == side)
        .Select(end => $"{end.Text("node")} {end.Text("phase")} {end.Text("readyState")} {end.Text("deployment")}/{end.Text("revision")}")
        .FirstOrDefault("-");

    private static (Command Command, Argument<string> Id) WithId(string name, string description)
    {
        var id = new Argument<string>("id") { Description = "The pair's id." };
        return (new Command(name, description) { id }, id);
    }

    private static string Path(string id) => $"pairs/{Uri.EscapeDataString(id)}";
}
