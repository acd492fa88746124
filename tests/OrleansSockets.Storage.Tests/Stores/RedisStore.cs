using System.Globalization;
using StackExchange.Redis;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>A Redis server that writes every change to its file, with Orleans' own storage on it.</summary>
public sealed class RedisStore : GrainStore
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-").FullName;
    private readonly int _port = FreePort.Next();
    private StoreProcess? _process;

    public override async ValueTask InitializeAsync()
    {
        _process ??= await StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    protected override void Add(ISiloBuilder silo, string name) => silo.AddRedisGrainStorage(
        name,
        (Orleans.Persistence.RedisStorageOptions options) =>
            options.ConfigurationOptions = ConfigurationOptions.Parse($"127.0.0.1:{_port}"));

    protected override async Task RestartStoreAsync()
    {
        await _process!.StopAsync();
        await _process.DisposeAsync();
        _process = await StartAsync();
    }

    private Task<StoreProcess> StartAsync() => StoreProcess.StartAsync(
        "redis-server",
        ["--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--appendonly", "yes",
            "--appendfsync", "always", "--save", ""],
        "Ready to accept connections",
        "Install it: apt-get install redis-server.");
}
