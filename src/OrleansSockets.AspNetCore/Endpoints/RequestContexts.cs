using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore.Connections;
using OrleansSockets.AspNetCore.Handshakes;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Contexts;
using OrleansSockets.Deployments;
using OrleansSockets.Pairs;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>
/// Gives each request its context, so that <c>new WebSocketPair()</c> works in any endpoint. One invocation is one context.
/// </summary>
internal sealed class RequestContexts(
    PairHub hub, DeploymentRegistry deployments, IOptions<EdgeOptions> options, ILogger<RequestContexts> logger) : IStartupFilter
{
    public static WebSocketContext Of(HttpContext context) =>
        context.Features.Get<WebSocketContext>() ?? throw new InvalidOperationException(
            "The request has no WebSocket context: it did not come through the pipeline that services.AddOrleansSocketsEdge() sets up.");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => request => InvokeAsync(request, rest));
        next(app);
    };

    private Task InvokeAsync(HttpContext request, RequestDelegate rest)
    {
        var mayBecomeSocket = MayBecomeSocket(request);
        request.Features.Get<IHalfCloseFeature>()?.BeginRequest(mayBecomeSocket && HttpProtocol.IsHttp11(request.Request.Protocol));
        var settings = deployments.Default;
        if (options.Value.Deployment(request) is { } name)
        {
            if (deployments.Find(name) is not { } deployment)
            {
                return new HandshakeFailure(StatusCodes.Status404NotFound, $"The deployment '{name}' is unknown here.").WriteAsync(request);
            }

            settings = deployment.EndSettings;
        }

        var context = new TurnQueueContext(hub, settings);
        request.Features.Set<WebSocketContext>(context);
        return !mayBecomeSocket ? EnterAsync(context, request, rest)
            : HttpMethods.IsConnect(request.Request.Method) ? ConnectAsync(context, request, rest)
            : context.RunAsync(() => rest(request));
    }

    private async Task ConnectAsync(TurnQueueContext context, HttpContext request, RequestDelegate rest)
    {
        await context.RunAsync(() => rest(request));
        if (!request.Response.HasStarted && WebSocketHandshake.ExplainRefusal(request) is { } refusal)
        {
            EdgeLog.ConnectRefused(logger, refusal.Detail);
            await refusal.WriteAsync(request);
        }
    }

    // No handler runs beside a request that stays a request, unless it makes pairs for itself; then only the ambient context matters.
    private static async Task EnterAsync(TurnQueueContext context, HttpContext request, RequestDelegate rest)
    {
        using var scope = context.Enter();
        await rest(request);
    }

    private static bool MayBecomeSocket(HttpContext request) =>
        request.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || HttpMethods.IsConnect(request.Request.Method);
}
