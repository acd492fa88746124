using System.Text.RegularExpressions;
using Azure.Data.Tables;

namespace OrleansSockets.AzureTables;

/// <summary>Stops the silo or client at its start when the options make no sense.</summary>
internal sealed partial class AzureTablesOptionsValidator(AzureTablesOptions options, string what) : IConfigurationValidator
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public void ValidateConfiguration()
    {
        object?[] ways =
            [options.TableServiceClient, string.IsNullOrWhiteSpace(options.ConnectionString) ? null : options.ConnectionString,
                options.Endpoint];
        Require(
            ways.Count(way => way is not null) == 1,
            $"say exactly one of {nameof(options.ConnectionString)}, {nameof(options.Endpoint)} and {nameof(options.TableServiceClient)}");
        Require(
            string.IsNullOrWhiteSpace(options.ConnectionString) || IsConnectionString(options.ConnectionString),
            $"{nameof(options.ConnectionString)} is not one of a storage account");
        Require(
            options.Endpoint is null || options.Credential is not null || options.Endpoint.Query.Length > 1,
            $"{nameof(options.Endpoint)} needs a {nameof(options.Credential)}, or a shared access signature in its query");
        Require(
            TableName().IsMatch(options.TableName),
            $"{nameof(options.TableName)} '{options.TableName}' is not 3 to 63 letters and digits, the first one a letter");
        Require(
            options.OperationTimeout >= Shortest && options.OperationTimeout <= Longest,
            $"{nameof(options.OperationTimeout)} is {options.OperationTimeout}; it must be from {Shortest} to {Longest}");
    }

    private void Require(bool condition, string sentence)
    {
        if (!condition)
        {
            throw new OrleansConfigurationException($"Azure Tables, {what}: {sentence}.");
        }
    }

    // What the client says of a broken one repeats it, with its key, so it is not passed on.
    private static bool IsConnectionString(string text)
    {
        try
        {
            _ = new TableServiceClient(text);
            return true;
        }
        catch (Exception problem) when (problem is FormatException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}$")]
    private static partial Regex TableName();
}
