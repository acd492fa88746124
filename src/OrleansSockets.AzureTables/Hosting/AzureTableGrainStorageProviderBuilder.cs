using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Storage;
using OrleansSockets.AzureTables.Persistence;

[assembly: RegisterProvider("AzureTables", "GrainStorage", "Silo", typeof(Orleans.Hosting.AzureTableGrainStorageProviderBuilder))]

namespace Orleans.Hosting;

/// <summary>Reads <c>Orleans:GrainStorage:NAME</c> with <c>ProviderType</c> <c>AzureTables</c>.</summary>
internal sealed class AzureTableGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddAzureTableGrainStorage(
            name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            (OptionsBuilder<AzureTableGrainStorageOptions> options) => options.Configure<IServiceProvider>((target, services) =>
            {
                configurationSection.Apply(target, services);
                if (configurationSection["SerializerKey"] is { Length: > 0 } key)
                {
                    target.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(key);
                }
            }));
}
