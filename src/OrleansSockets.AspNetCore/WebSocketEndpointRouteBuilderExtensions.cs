using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Endpoints;
using OrleansSockets.Sessions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Maps addresses to which clients open sockets. They take authorization, rate limits and filters like any other endpoint.
/// </summary>
public static class WebSocketEndpointRouteBuilderExtensions
{
    // HTTP/2 opens sockets with CONNECT (RFC 8441).
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Connect];

    /// <summary>
    /// Maps an address to a handler that answers with <c>Results.WebSocket(...)</c>, as <c>MapGet</c> does, for clients of HTTP/1.1 (GET
    /// with an upgrade) and of HTTP/2 (extended CONNECT, RFC 8441, as browsers send it over TLS). An endpoint mapped with <c>MapGet</c>
    /// serves HTTP/1.1 only.
    /// </summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="pattern">Such as <c>/echo</c>.</param>
    /// <param name="handler">
    /// As in <c>MapGet</c>: its parameters are bound, what it returns is the response. It runs for requests that may become a socket only:
    /// what has no upgrade, a wrong version or an origin that is not allowed is refused before.
    /// </param>
    public static RouteHandlerBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler)
    {
        RequireEdge(endpoints);
        return endpoints.MapMethods(pattern, Methods, handler).AddEndpointFilter<RouteHandlerBuilder, HandshakeFilter>();
    }

    /// <inheritdoc cref="MapWebSocket(IEndpointRouteBuilder, string, Delegate)"/>
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, RequestDelegate handler)
    {
        RequireEdge(endpoints);
        return endpoints.MapMethods(pattern, Methods, handler);
    }

    /// <summary>
    /// Routes each upgrade to the session grain that the address names, wherever it lives. No answer within
    /// <c>EdgeOptions.HandshakeTimeout</c>: 504; the session may refuse with a status of its own.
    /// </summary>
    /// <typeparam name="TSession">The grain's interface.</typeparam>
    /// <param name="endpoints">The routes.</param>
    /// <param name="pattern">Such as <c>/rooms/{name}</c>: its parameter <c>name</c>, or its only one, is the grain's key.</param>
    public static IEndpointConventionBuilder MapWebSocketSession<TSession>(this IEndpointRouteBuilder endpoints, string pattern)
        where TSession : IWebSocketSession
    {
        RequireEdge(endpoints);
        var parameters = RoutePatternFactory.Parse(pattern).Parameters;
        var key = parameters.FirstOrDefault(parameter => parameter.Name == PairsEndpoint.Name)
            ?? (parameters.Count == 1 ? parameters[0] : null);
        if (key is null)
        {
            throw new ArgumentException(
                $"The pattern '{pattern}' does not say which of its parameters names the session: call it {{name}}.", nameof(pattern));
        }

        return endpoints.MapMethods(pattern, Methods, context => SessionEndpoint.HandleAsync<TSession>(context, key.Name))
            .WithDisplayName($"WebSocket session {typeof(TSession).Name} {pattern}");
    }

    /// <summary>
    /// Maps <c>{prefix}/{name}/0</c> and <c>{prefix}/{name}/1</c>: two clients, each on any node, become the two ends of the pair of that
    /// name, and messages and Closes pass through. A third client gets 409; for 60 s after one of two clients that had met ended the pair
    /// its name answers 410; just after a change of the cluster a name may answer 503; whoever waits longer than
    /// <c>EdgeOptions.PartnerTimeout</c> is closed with 4408. A name has at most 256 characters, none of them a control character.
    /// </summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="prefix">Such as <c>/pairs</c>.</param>
    public static IEndpointConventionBuilder MapWebSocketPairs(this IEndpointRouteBuilder endpoints, string prefix)
    {
        RequireEdge(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var pattern = $"{prefix.TrimEnd('/')}/{{{PairsEndpoint.Name}}}/{{{PairsEndpoint.Side}}}";
        return endpoints.MapMethods(pattern, Methods, PairsEndpoint.HandleAsync).WithDisplayName($"WebSocket pairs {pattern}");
    }

    private static void RequireEdge(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(SocketAcceptor)) != true)
        {
            throw new InvalidOperationException("Call services.AddOrleansSocketsEdge() before mapping WebSocket endpoints.");
        }
    }
}
