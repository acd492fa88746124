using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Admin;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the admin API.</summary>
public static class OrleansSocketsAdminExtensions
{
    /// <summary>
    /// Maps the admin API of the whole cluster: deployments with their settings, pairs with their ends and timeline, nodes and their drain.
    /// Its OpenAPI document is at
    /// <c>{prefix}/openapi.json</c>. It has no access rule of its own, and whoever reaches it can close every socket: call
    /// <c>RequireAuthorization</c> on the result.
    /// </summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="prefix">Such as <c>/admin</c>.</param>
    /// <returns>The group of all its endpoints, for conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOrleansSocketsEdge</c> was forgotten.</exception>
    public static RouteGroupBuilder MapOrleansSocketsAdmin(this IEndpointRouteBuilder endpoints, string prefix)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(AdminPairs)) != true)
        {
            throw new InvalidOperationException("Call services.AddOrleansSocketsEdge() before mapping the admin API.");
        }

        return AdminEndpoints.Map(endpoints, prefix);
    }
}
