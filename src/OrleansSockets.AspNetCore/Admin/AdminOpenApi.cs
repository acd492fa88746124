using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The OpenAPI document, made of the endpoints themselves. It holds nothing of the application around them.</summary>
internal static class AdminOpenApi
{
    public static void Add(IServiceCollection services) => services.AddOpenApi(AdminEndpoints.DocumentName, options =>
    {
        options.ShouldInclude = endpoint => endpoint.GroupName == AdminEndpoints.DocumentName;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "OrleansSockets admin API";
            document.Info.Version = "1";
            return Task.CompletedTask;
        });
    });

    public static async Task WriteAsync(
        HttpContext http, [FromKeyedServices(AdminEndpoints.DocumentName)] IOpenApiDocumentProvider provider,
        CancellationToken cancellation)
    {
        var document = await provider.GetOpenApiDocumentAsync(cancellation);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellation), cancellation);
    }
}
