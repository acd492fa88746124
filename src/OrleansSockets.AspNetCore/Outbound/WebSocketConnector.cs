using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Deployments;
using OrleansSockets.Frames;
using OrleansSockets.Pairs;

namespace OrleansSockets.AspNetCore.Outbound;

/// <inheritdoc cref="IWebSocketConnector"/>
internal sealed class WebSocketConnector(
    IWebSocketPairFactory pairs, PairHub hub, SocketRegistry registry, IOptions<EdgeOptions> options, ILogger<WebSocketConnector> logger)
    : IWebSocketConnector, IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public async Task<WebSocketEnd> ConnectWebSocketAsync(
        Uri uri, WebSocketConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        var end = ConnectWebSocket(uri, options, cancellationToken);
        await end.Opened;
        return end;
    }

    public WebSocketEnd ConnectWebSocket(Uri uri, WebSocketConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        options ??= new WebSocketConnectOptions();
        var handshake = new ClientHandshake(uri, options);
        if (!registry.TryEnter())
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.Other, $"{uri} is not opened: this node shuts down or has as many sockets as it may.");
        }

        var (outside, inside) = pairs.Create();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        inside.BeginConnecting(uri, opened.Task);
        _ = Task.Run(() => ConnectAsync(handshake, options.Timeout, outside, inside, opened, cancellationToken), CancellationToken.None);
        return inside;
    }

    public void Dispose() => _http.Dispose();

    private async Task ConnectAsync(
        ClientHandshake handshake, TimeSpan limit, WebSocketEnd outside, WebSocketEnd inside, TaskCompletionSource opened,
        CancellationToken cancellationToken)
    {
        try
        {
            var (stream, protocol) = await OpenAsync(handshake, limit, cancellationToken);
            var end = CoupledSocketEnd.Join(outside);
            inside.EndConnecting(protocol);
            opened.TrySetResult();
            await RunAsync(stream, end, inside.Core.Settings);
        }
        catch (Exception e)
        {
            inside.FailConnecting();
            _ = e is OperationCanceledException ? opened.TrySetCanceled(cancellationToken) : opened.TrySetException(e);
        }
        finally
        {
            registry.Leave();
        }
    }

    private async Task<(Stream Stream, string Protocol)> OpenAsync(
        ClientHandshake handshake, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : limit, hub.Host.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = handshake.CreateRequest();
            var response = await _http.SendAsync(request, either.Token);
            try
            {
                var protocol = handshake.Check(response);
                return (await response.Content.ReadAsStreamAsync(either.Token), protocol);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ClientHandshake.Failed(handshake.Uri, $"did not answer within {limit}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw ClientHandshake.Failed(handshake.Uri, $"cannot be reached: {e.Message}", e);
        }
    }

    private async Task RunAsync(Stream stream, CoupledSocketEnd end, EndSettings settings)
    {
        try
        {
            await using (stream)
            {
                var limits = SocketSettings.From(options.Value, FrameRole.Client, settings.MaxMessageSize);
                var socket = new EdgeSocket(stream, end, limits, hub.Host.Clock, logger, connection: null, stream.Dispose);
                await registry.RunAsync(socket);
            }
        }
        catch (Exception e)
        {
            EdgeLog.SocketFailed(logger, e);
            end.Abort(null);
        }
    }
}
