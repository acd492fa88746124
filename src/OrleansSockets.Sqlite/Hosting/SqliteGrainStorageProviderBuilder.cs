using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

[assembly: RegisterProvider("Sqlite", "GrainStorage", "Silo", typeof(Orleans.Hosting.SqliteGrainStorageProviderBuilder))]

namespace Orleans.Hosting;

/// <summary>Reads <c>Orleans:GrainStorage:NAME</c> with <c>ProviderType</c> <c>Sqlite</c>.</summary>
internal sealed class SqliteGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddSqliteGrainStorage(
            name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, options => options.Configure<IServiceProvider>((target, services) =>
        {
            target.Path = configurationSection[nameof(target.Path)] ?? target.Path;
            if (configurationSection[nameof(target.BusyTimeout)] is { Length: > 0 } timeout)
            {
                target.BusyTimeout = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture);
            }

            if (configurationSection["SerializerKey"] is { Length: > 0 } key)
            {
                target.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(key);
            }
        }));
}
