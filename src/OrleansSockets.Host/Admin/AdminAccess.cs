using Microsoft.AspNetCore.Authentication;

namespace OrleansSockets.Host.Admin;

/// <summary>
/// Who may use the admin API: with <c>Admin:Key</c> whoever sends it as a bearer token; without, programs on this machine that come directly. A request that a proxy passed on,
/// that asks for another host name, or that a foreign page sent, does not count as local.
/// </summary>
internal static class AdminAccess
{
    public const string Policy = "admin";

    private const int MinKeyLength = 16;

    public static void AddAdminAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AdminAccessOptions>(AdminKeyScheme.Name)
            .Bind(configuration.GetSection("Admin"))
            .Validate(options => !options.HasKey || options.Key!.Length >= MinKeyLength, $"Admin:Key must have at least {MinKeyLength} characters.")
            .ValidateOnStart();
        services.AddAuthentication().AddScheme<AdminAccessOptions, AdminKeyScheme>(AdminKeyScheme.Name, null);
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.AddAuthenticationSchemes(AdminKeyScheme.Name).RequireAuthenticatedUser());
    }
}

/// <summary>Below <c>Admin</c> in the configuration.</summary>
internal sealed class AdminAccessOptions : AuthenticationSchemeOptions
{
    /// <summary>At least 16 characters. Default, and if it is empty: none, and only programs on this machine have access.</summary>
    public string? Key { get; set; }

    // A variable that is set to nothing is none.
    public bool HasKey => !string.IsNullOrEmpty(Key);
}
