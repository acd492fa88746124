using System.CommandLine;

namespace OrleansSockets.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class ConnectionOptions
{
    private const string DefaultUrl = "http://localhost:8080/admin";

    public Option<string> Url { get; } = new("--url")
    {
        Description = $"Where the admin API is, or the server alone for its /admin. Default: ORLEANS_SOCKETS_URL, or {DefaultUrl}.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ORLEANS_SOCKETS_URL") ?? DefaultUrl,
    };

    // Without a default value of its own: help would show the key.
    public Option<string?> Key { get; } = new("--key")
    {
        Description = "The server's Admin:Key. Default: ORLEANS_SOCKETS_KEY, which no process list shows.",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print what the server answered, as JSON.", Recursive = true };

    /// <summary>
    /// Makes a command do something: <paramref name="ask"/> the server, then <paramref name="show"/> the answer to people.
    /// </summary>
    public void Run(
        Command command, Func<AdminClient, ParseResult, CancellationToken, Task<Answer>> ask, Action<Answer, TextWriter> show) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                using var client = new AdminClient(
                    parsed.GetValue(Url)!, parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("ORLEANS_SOCKETS_KEY"));
                var answer = await ask(client, parsed, cancellation);
                if (parsed.GetValue(Json))
                {
                    await output.WriteLineAsync(answer.ToJson());
                }
                else
                {
                    show(answer, output);
                    ShowRemarks(answer, errors);
                }

                return ExitCode.Done;
            }
            catch (AdminException e)
            {
                await errors.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
        });

    private static void ShowRemarks(Answer answer, TextWriter errors)
    {
        foreach (var warning in answer.Items("warnings"))
        {
            errors.WriteLine($"warning: {warning.Text("message")}");
        }

        if (answer.Items("silentNodes").ToList() is { Count: > 0 } silent)
        {
            errors.WriteLine(
                $"warning: no answer from {string.Join(", ", silent.Select(node => node.ToString()))}; what they know is missing");
        }
    }
}
