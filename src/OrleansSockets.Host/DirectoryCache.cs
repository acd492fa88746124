using Orleans.Configuration;

namespace OrleansSockets.Host;

/// <summary>How many grains a node remembers the place of: <c>GrainDirectory:CacheSize</c>.</summary>
internal static class DirectoryCache
{
    private const string Size = "GrainDirectory:CacheSize";
    private const int Least = 100;

    public static ISiloBuilder UseConfiguredDirectoryCache(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<GrainDirectoryOptions>()
            .Configure(options => silo.Configuration.GetSection("GrainDirectory").BindTo(options))
            .Validate(options => options.CacheSize >= Least, $"{Size} must be at least {Least}.")
            .ValidateOnStart();
        return silo;
    }
}
