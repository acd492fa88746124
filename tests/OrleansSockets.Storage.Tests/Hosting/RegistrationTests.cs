using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansSockets.AzureTables.Clustering;
using OrleansSockets.AzureTables.Persistence;
using OrleansSockets.Sqlite;
using OrleansSockets.Storage.Tests.Persistence;
using Xunit;

namespace OrleansSockets.Storage.Tests.Hosting;

/// <summary>From code and configuration to options; wrong ones stop the silo with a sentence.</summary>
public sealed class RegistrationTests
{
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=name;AccountKey=a2V5;EndpointSuffix=core.windows.net";

    private static readonly Uri Endpoint = new("https://name.table.core.windows.net");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Action<ISiloBuilder>, string> WrongOptions => new()
    {
        { silo => silo.AddAzureTableGrainStorage("notes", (AzureTableGrainStorageOptions _) => { }),
            "Azure Tables, grain storage 'notes': say exactly one of ConnectionString, Endpoint and TableServiceClient" },
        {
            silo => silo.AddAzureTableGrainStorage("notes", options =>
            {
                options.ConnectionString = Account;
                options.Endpoint = Endpoint;
            }),
            "say exactly one of"
        },
        { silo => silo.AddAzureTableGrainStorage("notes", options => options.ConnectionString = "no such thing"),
            "ConnectionString is not one of a storage account" },
        { silo => silo.AddAzureTableGrainStorage("notes", options => options.ConnectionString = "AccountName=n;AccountKey=%"),
            "ConnectionString is not one of a storage account" },
        { silo => silo.AddAzureTableGrainStorage("notes", options => options.Endpoint = Endpoint), "Endpoint needs a Credential" },
        {
            silo => silo.AddAzureTableGrainStorage("notes", options =>
            {
                options.ConnectionString = Account;
                options.TableName = "1st-table";
            }),
            "TableName '1st-table' is not 3 to 63 letters and digits"
        },
        {
            silo => silo.AddAzureTableGrainStorage("notes", options =>
            {
                options.ConnectionString = Account;
                options.OperationTimeout = TimeSpan.Zero;
            }),
            "OperationTimeout is 00:00:00; it must be from 00:00:00.1000000 to 00:05:00"
        },
        { silo => silo.UseAzureTableClustering((AzureTableClusteringOptions _) => { }), "Azure Tables, clustering: say exactly one of" },
        { silo => silo.AddSqliteGrainStorage("notes", (SqliteGrainStorageOptions _) => { }), "SQLite grain storage 'notes' has no Path" },
        {
            silo => silo.AddSqliteGrainStorage("notes", options =>
            {
                options.Path = "x.db";
                options.BusyTimeout = TimeSpan.FromHours(2);
            }),
            "BusyTimeout of 02:00:00; it must be from 00:00:01 to 01:00:00"
        },
    };

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public async Task Start_WithWrongOptions_FailsWithASentence(Action<ISiloBuilder> add, string sentence)
    {
        using var host = Build([], add);

        var problem = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync(Cancellation));

        Assert.Contains(sentence, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GrainStorage_ByConnectionName_TakesTheConnectionStringAndTheRest()
    {
        using var host = Build(
            new()
            {
                ["ConnectionStrings:tables"] = Account,
                ["Orleans:GrainStorage:notes:ProviderType"] = "AzureTables",
                ["Orleans:GrainStorage:notes:ConnectionName"] = "tables",
                ["Orleans:GrainStorage:notes:TableName"] = "Notes",
                ["Orleans:GrainStorage:notes:OperationTimeout"] = "00:00:03",
                ["Orleans:GrainStorage:notes:SerializerKey"] = "raw",
            },
            silo => silo.Services.AddKeyedSingleton<IGrainStorageSerializer>("raw", new RawText()));

        var options = Options<AzureTableGrainStorageOptions>(host, "notes");

        Assert.Equal((Account, "Notes", TimeSpan.FromSeconds(3)), (options.ConnectionString, options.TableName, options.OperationTimeout));
        Assert.IsType<RawText>(options.GrainStorageSerializer);
        Assert.NotNull(host.Services.GetRequiredKeyedService<IGrainStorage>("notes"));
    }

    [Fact]
    public void GrainStorage_WithoutASerializer_TakesTheSilosOwn()
    {
        using var host = Build(new()
        {
            ["Orleans:GrainStorage:Default:ProviderType"] = "AzureTables",
            ["Orleans:GrainStorage:Default:ConnectionString"] = Account,
        });

        var options = Options<AzureTableGrainStorageOptions>(host, "Default");

        Assert.Same(host.Services.GetRequiredService<IGrainStorageSerializer>(), options.GrainStorageSerializer);
        Assert.Equal(
            (AzureTableGrainStorageOptions.DefaultTableName, TimeSpan.FromSeconds(5)), (options.TableName, options.OperationTimeout));
        Assert.Same(host.Services.GetRequiredService<IGrainStorage>(), host.Services.GetRequiredKeyedService<IGrainStorage>("Default"));
    }

    [Theory]
    [InlineData("Endpoint")]
    [InlineData("ConnectionString")]
    public void Clustering_ByEndpoint_TakesTheCredentialOfTheApplication(string key)
    {
        var credential = new Nobody();
        using var host = Build(
            new()
            {
                ["Orleans:Clustering:ProviderType"] = "AzureTables",
                [$"Orleans:Clustering:{key}"] = Endpoint.ToString(),
            },
            silo => silo.Services.AddSingleton<TokenCredential>(credential));

        var options = Options<AzureTableClusteringOptions>(host, Microsoft.Extensions.Options.Options.DefaultName);

        Assert.Equal(Endpoint, options.Endpoint);
        Assert.Same(credential, options.Credential);
        Assert.NotNull(host.Services.GetRequiredService<IMembershipTable>());
    }

    [Fact]
    public void Clustering_ByServiceKey_TakesThatClient()
    {
        var client = new TableServiceClient(Endpoint, new AzureSasCredential("sv=1&sig=2"));
        using var host = Build(
            new()
            {
                ["Orleans:Clustering:ProviderType"] = "AzureTables",
                ["Orleans:Clustering:ServiceKey"] = "mine",
            },
            silo => silo.Services.AddKeyedSingleton("mine", client));

        Assert.Same(
            client, Options<AzureTableClusteringOptions>(host, Microsoft.Extensions.Options.Options.DefaultName).TableServiceClient);
    }

    [Fact]
    public void Sqlite_ByConfiguration_TakesPathAndTimeout()
    {
        using var host = Build(new()
        {
            ["Orleans:GrainStorage:notes:ProviderType"] = "Sqlite",
            ["Orleans:GrainStorage:notes:Path"] = "data/notes.db",
            ["Orleans:GrainStorage:notes:BusyTimeout"] = "00:00:09",
        });

        var options = Options<SqliteGrainStorageOptions>(host, "notes");

        Assert.Equal(("data/notes.db", TimeSpan.FromSeconds(9)), (options.Path, options.BusyTimeout));
    }

    [Fact]
    public async Task SqliteStorage_BeforeTheSiloStarted_SaysWhenItOpens()
    {
        using var host = Build([], silo => silo.AddSqliteGrainStorage("notes", options => options.Path = "never-made.db"));
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("notes");

        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            storage.ReadStateAsync("note", GrainId.Create("note", "1"), new NoteState()));

        Assert.Contains("'notes' is not open", problem.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("never-made.db"));
    }

    private static IHost Build(Dictionary<string, string?> configuration, Action<ISiloBuilder>? add = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.UseOrleans(silo =>
        {
            if (!configuration.Keys.Any(key => key.StartsWith("Orleans:Clustering", StringComparison.Ordinal)))
            {
                silo.UseLocalhostClustering();
            }

            add?.Invoke(silo);
        });
        return builder.Build();
    }

    private static T Options<T>(IHost host, string name) => host.Services.GetRequiredService<IOptionsMonitor<T>>().Get(name);

    private sealed class Nobody : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
