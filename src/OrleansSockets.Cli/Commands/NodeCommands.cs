using System.CommandLine;

namespace OrleansSockets.Cli.Commands;

/// <summary><c>nodes</c> and <c>drain</c>.</summary>
internal static class NodeCommands
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    public static Command CreateNodes(ConnectionOptions connection)
    {
        var command = new Command("nodes", "The nodes of the cluster.");
        connection.Run(
            command, (client, _, cancellation) => client.GetAsync("nodes", cancellation), (answer, output) => Show(answer.All, output));
        return command;
    }

    public static Command CreateDrain(ConnectionOptions connection)
    {
        var node = new Argument<string>("node") { Description = "The node's address or name." };
        var wait = new Option<bool>("--wait") { Description = "Until its last socket is closed." };
        var command = new Command(
            "drain", "Takes a node's edge out of service, until its restart: no new sockets, open ones closed over time.") { node, wait };
        connection.Run(
            command,
            async (client, parsed, cancellation) =>
            {
                var drained = await client.PostAsync($"nodes/{Uri.EscapeDataString(parsed.GetValue(node)!)}/drain", null, cancellation);
                while (parsed.GetValue(wait) && drained.Text("sockets") is not ("0" or "-"))
                {
                    await Task.Delay(Interval, TimeProvider.System, cancellation);
                    var address = drained.Text("address");
                    drained = (await client.GetAsync("nodes", cancellation)).All.FirstOrDefault(one => one.Text("address") == address);
                }

                return drained;
            },
            (answer, output) => Show([answer], output));
        return command;
    }

    private static void Show(IEnumerable<Answer> nodes, TextWriter output)
    {
        var table = new Table("ADDRESS", "NAME", "STATUS", "PAIRS", "SOCKETS", "DEPLOYMENT", "METADATA");
        foreach (var node in nodes)
        {
            var metadata = string.Join(' ', node["metadata"].Members.Select(member => $"{member.Name}={member.Value}"));
            table.Add(
                node.Text("address"),
                node.Text("name"),
                node.Text("status"),
                node.Text("pairs"),
                node.Text("sockets"),
                node.Text("deployment"),
                metadata);
        }

        table.Write(output, "No node answered.");
    }
}
