using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>A storage that is registered and opened as a silo does it, without the silo.</summary>
internal sealed class OpenStorage : IAsyncDisposable
{
    private const string Name = "store";

    private readonly IHost _host;

    private OpenStorage(IHost host) => _host = host;

    public IGrainStorage Storage => _host.Services.GetRequiredKeyedService<IGrainStorage>(Name);

    public static async Task<OpenStorage> StartAsync(Action<ISiloBuilder, string> add)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering().Configure<ClusterOptions>(options => options.ServiceId = "open");
            add(silo, Name);
        });
        var open = new OpenStorage(builder.Build());
        var stages = new Stages();
        ((ILifecycleParticipant<ISiloLifecycle>)open.Storage).Participate(stages);
        foreach (var observer in stages.Observers)
        {
            await observer.OnStart(CancellationToken.None);
        }

        return open;
    }

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Stages : ISiloLifecycle, IDisposable
    {
        public List<ILifecycleObserver> Observers { get; } = [];

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            Observers.Add(observer);
            return this;
        }

        public void Dispose()
        {
        }
    }
}
