using Microsoft.AspNetCore.Authentication;

namespace OrleansSockets.Host.Admin;

/// <summary>
/// Who may use the admin API: with <c>Admin:Key</c> whoever sends it as a bearer token; without, programs on this machine that come
/// directly, to <c>Admin:Port</c>, or, in the Development environment, to any port. A proxy on this machine comes from this machine, too,
/// and need not say that it is one: so the clients' ports are not enough in Production. A request that a proxy passed on, that asks for
/// another host name, or that a foreign page sent, does not count as local.
/// </summary>
internal static class AdminAccess
{
    public const string Policy = "admin";

    private const int MinKeyLength = 16;

    /// <summary>Listens at <c>Admin:Port</c>, too, if it says something.</summary>
    public static void ListenForAdministrators(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetAdminPort() is { } port)
        {
            var urls = builder.Configuration["urls"] is { Length: > 0 } said ? said : "http://localhost:5000";
            builder.WebHost.UseUrls(urls, $"http://127.0.0.1:{port}");
        }
    }

    /// <summary><c>Admin:Port</c>.</summary>
    public static int? GetAdminPort(this IConfiguration configuration) =>
        configuration.GetPort("Admin:Port", otherwise: 0) is var port and not 0 ? port : null;

    public static void AddAdminAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AdminAccessOptions>(AdminKeyScheme.Name)
            .Configure(options =>
            {
                options.Key = configuration["Admin:Key"];
                options.Port = configuration.GetAdminPort();
            })
            .Validate(
                options => !options.HasKey || options.Key!.Length >= MinKeyLength,
                $"Admin:Key must have at least {MinKeyLength} characters.")
            .ValidateOnStart();
        services.AddAuthentication().AddScheme<AdminAccessOptions, AdminKeyScheme>(AdminKeyScheme.Name, null);
        services.AddAuthorizationBuilder().AddPolicy(
            Policy, policy => policy.AddAuthenticationSchemes(AdminKeyScheme.Name).RequireAuthenticatedUser());
    }
}

/// <summary>Below <c>Admin</c> in the configuration.</summary>
internal sealed class AdminAccessOptions : AuthenticationSchemeOptions
{
    /// <summary>At least 16 characters. Default, and if it is empty: none, and only programs on this machine have access.</summary>
    public string? Key { get; set; }

    /// <summary>A port of the loopback address for administrators alone; null: none.</summary>
    public int? Port { get; set; }

    // A variable that is set to nothing is none.
    public bool HasKey => !string.IsNullOrEmpty(Key);
}
