using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace OrleansSockets.AzureTables;

/// <summary>One table, and the limit that every operation on it has.</summary>
/// <remarks>Retries are the Azure client's; when they are used up, or the time is, the caller gets one sentence. Calls may
/// overlap.</remarks>
internal sealed class TableConnection(AzureTablesOptions options, TimeProvider time)
{
    private const int Retries = 3;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);

    // Made at the first use: a silo makes its services before it validates their options.
    private readonly Lazy<TableClient> _table = new(() => Service(options).GetTableClient(options.TableName));

    public Task CreateAsync(CancellationToken cancellationToken) =>
        RunAsync("find or create the table", (table, limit) => table.CreateIfNotExistsAsync(limit), cancellationToken);

    /// <summary>Runs one operation; what it does not catch itself becomes an <see cref="AzureTablesException"/>.</summary>
    public async Task<T> RunAsync<T>(
        string what, Func<TableClient, CancellationToken, Task<T>> operation, CancellationToken cancellationToken = default)
    {
        using var deadline = new CancellationTokenSource(options.OperationTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await operation(_table.Value, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception problem) when (
            deadline.IsCancellationRequested && problem is OperationCanceledException or AggregateException or RequestFailedException)
        {
            throw Failed(what, $"no answer within {options.OperationTimeout.TotalSeconds:0.###} s", problem);
        }
        catch (Exception problem) when (problem is not Orleans.Runtime.OrleansException)
        {
            // The client reports used-up retries as a list of the same problem; the last try tells.
            var last = problem is AggregateException { InnerExceptions: [.., var inner] } ? inner : problem;
            throw Failed(what, Reason(last), problem);
        }
    }

    /// <summary>Somebody else was quicker: the row exists, is gone, or has another ETag.</summary>
    public static bool IsConflict(RequestFailedException problem) =>
        problem.Status == 412
        || (problem.Status == 409 && problem.ErrorCode == TableErrorCode.EntityAlreadyExists)
        || (problem.Status == 404 && problem.ErrorCode != TableErrorCode.TableNotFound);

    private AzureTablesException Failed(string what, string reason, Exception problem) =>
        new(
            $"Could not {what} (table '{options.TableName}'{(_table.IsValueCreated ? $" of {_table.Value.Uri.Host}" : "")}): {reason}.",
            problem);

    private static string Reason(Exception problem) => problem switch
    {
        RequestFailedException { Status: 429 or 503 } busy => $"it is too busy ({busy.Status} {busy.ErrorCode}), after {Retries} retries",
        RequestFailedException { Status: 401 or 403 } refused => $"access denied ({refused.Status} {refused.ErrorCode})",
        RequestFailedException { Status: > 0 } failed => $"{failed.Status} {failed.ErrorCode}",
        OperationCanceledException => $"no answer, after {Retries} retries",
        _ => problem.Message.TrimEnd('.'),
    };

    private static TableServiceClient Service(AzureTablesOptions options)
    {
        if (options.TableServiceClient is { } ready)
        {
            return ready;
        }

        var client = new TableClientOptions();
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = Retries;
        client.Retry.Delay = FirstRetry;
        client.Retry.NetworkTimeout = options.OperationTimeout * 0.4;
        options.ConfigureClient?.Invoke(client);
        return options switch
        {
            { Endpoint: { } endpoint, Credential: { } credential } => new(endpoint, credential, client),
            { Endpoint: { } endpoint } => new(endpoint, client),
            _ => new(options.ConnectionString, client),
        };
    }
}
