using Azure.Core;
using Azure.Data.Tables;

namespace OrleansSockets.AzureTables;

/// <summary>Which table, how it is reached, and how long an answer is waited for.</summary>
/// <remarks>Say exactly one of <see cref="TableServiceClient"/>, <see cref="ConnectionString"/> and <see cref="Endpoint"/>.</remarks>
public abstract class AzureTablesOptions
{
    /// <summary>A storage account's connection string. It is never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The account's table endpoint, such as <c>https://account.table.core.windows.net</c>; it may carry a shared access signature.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Who asks, if <see cref="Endpoint"/> carries no shared access signature: a managed identity, say.</summary>
    public TokenCredential? Credential { get; set; }

    /// <summary>A client that you made yourself, with retry rules of your own.</summary>
    public TableServiceClient? TableServiceClient { get; set; }

    /// <summary>The table; it is created if it is missing.</summary>
    /// <value>3 to 63 letters and digits, the first one a letter.</value>
    public string TableName { get; set; } = "";

    /// <summary>
    /// How long one operation may take, with all its retries, before it fails with <see cref="AzureTablesException"/>.
    /// A try that gets no answer is given up after two fifths of it.
    /// </summary>
    /// <value>Default 5 s; from 100 ms to 5 min.</value>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The last word on the client that is made from <see cref="ConnectionString"/> or <see cref="Endpoint"/>: retries, proxy, diagnostics.
    /// </summary>
    public Action<TableClientOptions>? ConfigureClient { get; set; }
}
