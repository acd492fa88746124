using System.Globalization;
using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AzureTables;

namespace Orleans.Hosting;

/// <summary>Reads options from configuration, under the names that Orleans' own providers use.</summary>
internal static class AzureTablesConfiguration
{
    public static void Apply(this IConfigurationSection section, AzureTablesOptions options, IServiceProvider services)
    {
        options.TableName = section["TableName"] ?? options.TableName;
        if (section["OperationTimeout"] is { Length: > 0 } timeout)
        {
            options.OperationTimeout = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture);
        }

        var connection = section["ConnectionString"];
        if (string.IsNullOrEmpty(connection) && section["ConnectionName"] is { Length: > 0 } connectionName)
        {
            connection = services.GetRequiredService<IConfiguration>().GetConnectionString(connectionName);
        }

        if (section["ServiceKey"] is { Length: > 0 } key)
        {
            options.TableServiceClient = services.GetRequiredKeyedService<TableServiceClient>(key);
        }
        else if (Uri.TryCreate(section["Endpoint"] ?? connection, UriKind.Absolute, out var endpoint))
        {
            // The application says who it is, by registering a TokenCredential.
            options.Endpoint = endpoint;
            options.Credential = services.GetService<TokenCredential>();
        }
        else
        {
            options.ConnectionString = connection;
        }
    }
}
