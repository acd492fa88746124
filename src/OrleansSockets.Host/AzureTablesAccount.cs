using Azure.Identity;
using OrleansSockets.AzureTables;

namespace OrleansSockets.Host;

/// <summary>
/// The storage account of clustering and storage: <c>AzureTables:ConnectionString</c>, or <c>AzureTables:Endpoint</c> with the identity
/// that the node runs under (in Azure a managed one; <c>AZURE_CLIENT_ID</c> picks one of several).
/// </summary>
internal sealed class AzureTablesAccount
{
    private readonly string? _connectionString;
    private readonly Uri? _endpoint;

    private AzureTablesAccount(string? connectionString, Uri? endpoint)
    {
        _connectionString = connectionString;
        _endpoint = endpoint;
    }

    public static AzureTablesAccount From(IConfiguration configuration, string option)
    {
        var connectionString = configuration["AzureTables:ConnectionString"] is { Length: > 0 } text ? text : null;
        var endpoint = configuration["AzureTables:Endpoint"] is { Length: > 0 } said ? said : null;
        if (connectionString is null == endpoint is null)
        {
            throw new ConfigurationException(
                $"{option} is AzureTables: say either AzureTables:ConnectionString, or AzureTables:Endpoint (such as "
                    + $"https://account.table.core.windows.net) for the node's own identity.");
        }

        return endpoint is null ? new(connectionString, null)
            : Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? new(null, uri)
            : throw new ConfigurationException(
                $"AzureTables:Endpoint is '{endpoint}'; it can be an address such as https://account.table.core.windows.net.");
    }

    public void Apply(AzureTablesOptions options)
    {
        options.ConnectionString = _connectionString;
        options.Endpoint = _endpoint;
        options.Credential = _endpoint is null ? null : new DefaultAzureCredential();
    }
}
