using System.CommandLine;

namespace OrleansSockets.Cli.Commands;

/// <summary><c>deployments</c>.</summary>
internal static class DeploymentCommands
{
    public static Command Create(ConnectionOptions connection) => new("deployments", "Compatibility date and flags, by name.")
    {
        List(connection), Get(connection), Put(connection), Delete(connection), Explain(connection), Diff(connection),
    };

    private static Command List(ConnectionOptions connection)
    {
        var command = new Command("list", "All deployments.");
        connection.Run(
            command,
            (client, _, cancellation) => client.GetAsync("deployments", cancellation),
            (answer, output) => Show(answer.All, output));
        return command;
    }

    private static Command Get(ConnectionOptions connection)
    {
        var name = Name();
        var command = new Command("get", "One deployment.") { name };
        connection.Run(
            command,
            (client, parsed, cancellation) => client.GetAsync(Path(parsed.GetValue(name)!), cancellation),
            (answer, output) => Show([answer], output));
        return command;
    }

    private static Command Put(ConnectionOptions connection)
    {
        var name = Name();
        var revision = Revision();
        var isNew = new Option<bool>("--new") { Description = "Only if there is no such deployment." };
        var command = new Command("put", "Writes a deployment; new ends on every node take it within 2 s.") { name, revision, isNew };
        var settings = new SettingsArguments().AddTo(command);
        connection.Run(
            command,
            (client, parsed, cancellation) => client.SendAsync(
                HttpMethod.Put,
                Path(parsed.GetValue(name)!),
                settings.Body(parsed),
                parsed.GetValue(isNew) ? ("If-None-Match", "*") : IfMatch(parsed.GetValue(revision)),
                cancellation),
            (answer, output) => Show([answer], output));
        return command;
    }

    private static Command Delete(ConnectionOptions connection)
    {
        var name = Name();
        var revision = Revision();
        var command = new Command("delete", "Deletes a deployment that nobody uses.") { name, revision };
        connection.Run(
            command,
            (client, parsed, cancellation) => client.SendAsync(
                HttpMethod.Delete, Path(parsed.GetValue(name)!), null, IfMatch(parsed.GetValue(revision)), cancellation),
            (_, output) => output.WriteLine("Deleted."));
        return command;
    }

    private static Command Explain(ConnectionOptions connection)
    {
        var name = OptionalName("name", "The deployment; or give --date and --flag.");
        var command = new Command("explain", "What date and flags come to, with the reason for each.") { name };
        var settings = new SettingsArguments().AddTo(command);
        settings.OrElse(command, name);
        connection.Run(
            command,
            (client, parsed, cancellation) => parsed.GetValue(name) is { } deployment
                ? client.GetAsync($"{Path(deployment)}/effective", cancellation)
                : client.PostAsync("effective", settings.Body(parsed), cancellation),
            ShowEffective);
        return command;
    }

    private static Command Diff(ConnectionOptions connection)
    {
        var name = Name();
        var other = OptionalName("other", "Another deployment; or give --date and --flag.");
        var command = new Command("diff", "What would change.") { name, other };
        var settings = new SettingsArguments().AddTo(command);
        settings.OrElse(command, other);
        connection.Run(
            command,
            (client, parsed, cancellation) => client.PostAsync(
                "compare",
                new
                {
                    from = new { deployment = parsed.GetValue(name) },
                    to = parsed.GetValue(other) is { } deployment ? new { deployment } : settings.Body(parsed),
                },
                cancellation),
            ShowChanges);
        return command;
    }

    private static void Show(IEnumerable<Answer> deployments, TextWriter output)
    {
        var table = new Table("NAME", "REVISION", "DATE", "FLAGS", "UPDATED");
        foreach (var deployment in deployments)
        {
            table.Add(
                deployment.Text("name"), deployment.Text("revision"), deployment.Text("compatibilityDate"),
                deployment.Text("compatibilityFlags"), deployment.Text("updatedAt"));
        }

        table.Write(output, "There are no deployments.");
    }

    private static void ShowEffective(Answer effective, TextWriter output)
    {
        foreach (var decision in effective.Items("decisions"))
        {
            output.WriteLine($"{decision.Text("feature")}: {decision.Text("reason")}");
        }

        output.WriteLine($"messages: up to {effective.Text("maxMessageSize")} bytes");
    }

    private static void ShowChanges(Answer comparison, TextWriter output)
    {
        var table = new Table("FEATURE", "FROM", "TO", "WHY");
        foreach (var change in comparison.Items("changes"))
        {
            table.Add(change.Text("feature"), change.Text("from"), change.Text("to"), change.Text("toReason"));
        }

        table.Write(output, "Nothing changes.");
    }

    private static Argument<string> Name() => new("name") { Description = "The deployment." };

    private static Argument<string?> OptionalName(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    private static Option<long?> Revision() => new("--revision") { Description = "Only if this is its revision still." };

    private static (string, string)? IfMatch(long? revision) => revision is { } number ? ("If-Match", $"\"{number}\"") : null;

    private static string Path(string name) => $"deployments/{Uri.EscapeDataString(name)}";
}
