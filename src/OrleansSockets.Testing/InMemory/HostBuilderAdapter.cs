using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansSockets.Testing.InMemory;

/// <summary>
/// ASP.NET Core adds its server to an <see cref="IHostBuilder"/>; TestingHost gives an <see cref="IHostApplicationBuilder"/>. What the
/// first is told is done to the second at once.
/// </summary>
internal sealed class HostBuilderAdapter(IHostApplicationBuilder host) : IHostBuilder
{
    private readonly HostBuilderContext _context = new(host.Properties)
        { Configuration = host.Configuration, HostingEnvironment = host.Environment };

    public IDictionary<object, object> Properties => host.Properties;

    public IHostBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        configureDelegate(host.Configuration);
        return this;
    }

    public IHostBuilder ConfigureAppConfiguration(Action<HostBuilderContext, IConfigurationBuilder> configureDelegate)
    {
        configureDelegate(_context, host.Configuration);
        return this;
    }

    public IHostBuilder ConfigureServices(Action<HostBuilderContext, IServiceCollection> configureDelegate)
    {
        configureDelegate(_context, host.Services);
        return this;
    }

    public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory)
        where TContainerBuilder : notnull => throw new NotSupportedException();

    public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(
        Func<HostBuilderContext, IServiceProviderFactory<TContainerBuilder>> factory)
        where TContainerBuilder : notnull => throw new NotSupportedException();

    public IHostBuilder ConfigureContainer<TContainerBuilder>(Action<HostBuilderContext, TContainerBuilder> configureDelegate) =>
        throw new NotSupportedException();

    public IHost Build() => throw new NotSupportedException();
}
