using System.CommandLine;
using OrleansSockets.Cli;
using OrleansSockets.Cli.Commands;

var connection = new ConnectionOptions();
var root = new RootCommand("Looks at an OrleansSockets cluster and changes its deployments, over its admin API.")
{
    connection.Url,
    connection.Key,
    connection.Json,
    DeploymentCommands.Create(connection),
    PairCommands.Create(connection),
    NodeCommands.CreateNodes(connection),
    NodeCommands.CreateDrain(connection),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync(error.Message);
    }

    await Console.Error.WriteLineAsync("Try --help.");
    return ExitCode.Usage;
}

return await parsed.InvokeAsync();
