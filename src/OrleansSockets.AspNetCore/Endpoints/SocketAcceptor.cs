using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore.Connections;
using OrleansSockets.AspNetCore.Handshakes;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Custody;
using OrleansSockets.Ends;
using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>
/// The way of a request to a socket: check it, get its end from the endpoint, claim the end, answer 101, run. Whatever fails before the 101
/// is a status with a problem document.
/// </summary>
internal sealed class SocketAcceptor(
    EndClaims claims, EndHost host, SocketRegistry registry, IOptions<EdgeOptions> options, IHostEnvironment environment,
    ILogger<SocketAcceptor> logger)
{
    private readonly EdgeOptions _options = options.Value;
    private readonly bool _anyOrigin = environment.IsDevelopment();
    private SocketSettings? _settings;

    /// <summary>Null if the request may become a socket, as far as it alone says.</summary>
    public HandshakeFailure? Check(HttpContext context) => WebSocketHandshake.Check(context, _options, _anyOrigin);

    /// <summary>Serves a request to its end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="obtain">Asks the endpoint, once the request is known to be good. The token is the handshake's time limit.</param>
    /// <param name="refused">Called if <paramref name="obtain"/> was not.</param>
    public async Task HandleAsync(HttpContext context, Func<CancellationToken, Task<EndOffer>> obtain, Action? refused = null)
    {
        var failure = Check(context);
        if (failure is null && !registry.TryEnter())
        {
            failure = HandshakeFailure.TryAgain(
                registry.IsDraining
                    ? "This node shuts down."
                    : $"This node has {nameof(EdgeOptions.MaxSockets)} ({_options.MaxSockets}) open sockets.");
        }

        if (failure is not null)
        {
            refused?.Invoke();
            await failure.WriteAsync(context);
            return;
        }

        try
        {
            await HandleAsync(context, obtain);
        }
        finally
        {
            registry.Leave();
        }
    }

    private async Task HandleAsync(HttpContext context, Func<CancellationToken, Task<EndOffer>> obtain)
    {
        EndOffer? offer = null;
        CoupledSocketEnd? end = null;
        EdgeSocket? socket = null;
        Task<EndOffer>? obtaining = null;
        try
        {
            var failure = await WithinHandshakeTimeoutAsync(context, async timeout =>
            {
                obtaining = obtain(timeout);
                offer = await obtaining.WaitAsync(timeout);
                if (offer is { Failure: null, Ticket: { } ticket })
                {
                    // Workers leaves a client's bytes where they are until its end is accepted: no Pong before, and no end of TCP is
                    // noticed.
                    var readsAhead = _options.ProtocolChecks != ProtocolChecks.Workers || offer.AwaitsClient;
                    end = await CoupledSocketEnd.ClaimAsync(
                        claims, ticket, RequestContexts.Of(context).Settings, readsAhead, offer.AwaitsClient, timeout);
                }
            });
            foreach (var (name, value) in offer?.Headers ?? [])
            {
                context.Response.Headers.Append(name, value);
            }

            failure ??= offer?.Failure;
            await (failure is null ? RunAsync(context, offer!, end, started => socket = started) : failure.WriteAsync(context));
        }
        finally
        {
            if (obtaining is not null)
            {
                GiveUp(obtaining, end, socket, context.Request.Path);
            }
        }
    }

    // An offer that comes after the time was up must not keep its place either; nobody waits for that.
    private void GiveUp(Task<EndOffer> obtaining, CoupledSocketEnd? end, EdgeSocket? socket, string path)
    {
        if (!obtaining.IsCompleted)
        {
            _ = obtaining.ContinueWith(late => GiveUp(late, null, null, path), TaskScheduler.Default);
        }
        else if (obtaining is { IsCompletedSuccessfully: true, Result.Ended: { } ended })
        {
            try
            {
                ended(end, socket);
            }
            catch (Exception e)
            {
                // The client has its answer, or the end of TCP, all the same.
                EdgeLog.NotGivenUp(logger, e, path);
            }
        }
    }

    private async Task RunBesideAsync(EndOffer offer, CoupledSocketEnd end, EdgeSocket socket, string path, CancellationToken over)
    {
        try
        {
            await (offer.Beside?.Invoke(end, socket, over) ?? Task.CompletedTask);
        }
        catch (Exception e)
        {
            // The socket has no part in it.
            EdgeLog.BesideFailed(logger, e, path);
        }
    }

    private async Task<HandshakeFailure?> WithinHandshakeTimeoutAsync(HttpContext context, Func<CancellationToken, Task> handshake)
    {
        var limit = _options.HandshakeTimeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _options.HandshakeTimeout;
        using var timeout = new CancellationTokenSource(limit, host.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            await handshake(either.Token);
            return null;
        }
        catch (WebSocketPairException e)
        {
            var status = e.Kind == WebSocketPairErrorKind.AlreadyClaimed ? StatusCodes.Status409Conflict : StatusCodes.Status410Gone;
            return new HandshakeFailure(status, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return new HandshakeFailure(StatusCodes.Status499ClientClosedRequest, "The client is gone.");
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && either.IsCancellationRequested))
        {
            EdgeLog.HandshakeFailed(logger, e, context.Request.Path);
            return new HandshakeFailure(
                StatusCodes.Status504GatewayTimeout,
                $"No answer within {nameof(EdgeOptions.HandshakeTimeout)} ({_options.HandshakeTimeout}).");
        }
        catch (Orleans.Runtime.OrleansException e)
        {
            EdgeLog.HandshakeFailed(logger, e, context.Request.Path);
            return HandshakeFailure.TryAgain("The cluster cannot serve this now; try again.");
        }
    }

    private async Task RunAsync(HttpContext context, EndOffer offer, CoupledSocketEnd? end, Action<EdgeSocket> started)
    {
        Stream stream;
        try
        {
            stream = await WebSocketHandshake.AcceptAsync(context, offer.Protocol);
        }
        catch
        {
            end?.Abort(null);
            throw;
        }

        if (end is null)
        {
            return;
        }

        using var reset = new StreamReset(context);
        var socket = new EdgeSocket(stream, end, SettingsOf(context), host.Clock, logger, ConnectionWatch.Of(context), reset.Reset);
        started(socket);
        using var over = new CancellationTokenSource();
        var beside = RunBesideAsync(offer, end, socket, context.Request.Path, over.Token);

        // The loops belong to no context: handlers take turns in it, frames do not.
        await Task.Run(() => registry.RunAsync(socket));
        over.Cancel();
        registry.RunBehind(() => beside);
    }

    // Nearly all sockets are held to the same: one object serves them.
    private SocketSettings SettingsOf(HttpContext context)
    {
        var settings = SocketSettings.From(_options, FrameRole.Server, RequestContexts.Of(context).Settings.MaxMessageSize);
        return settings == _settings ? _settings : _settings = settings;
    }
}
