using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Frames;
using OrleansSockets.Pairs;

namespace OrleansSockets.AspNetCore.Outbound;

/// <inheritdoc cref="IWebSocketConnector"/>
internal sealed class WebSocketConnector(
    IWebSocketPairFactory pairs, PairHub hub, SocketRegistry registry, IOptions<EdgeOptions> options, ILogger<WebSocketConnector> logger)
    : IWebSocketConnector, IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public async Task<WebSocketEnd> ConnectWebSocketAsync(Uri uri, WebSocketConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        options ??= new WebSocketConnectOptions();
        var handshake = new ClientHandshake(uri, options);
        if (!registry.TryEnter())
        {
            throw new WebSocketPairException(WebSocketPairErrorKind.Other, $"{uri} is not opened: this node shuts down or has as many sockets as it may.");
        }

        try
        {
            var (stream, protocol) = await OpenAsync(handshake, options.Timeout, cancellationToken);
            var (outside, inside) = pairs.Create();
            inside.Protocol = protocol;
            _ = Task.Run(() => RunAsync(stream, CoupledSocketEnd.Join(outside), inside.Core.Settings), CancellationToken.None);
            return inside;
        }
        catch
        {
            registry.Leave();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(Stream Stream, string Protocol)> OpenAsync(ClientHandshake handshake, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : limit, hub.Clock);
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
                var socket = new EdgeSocket(
                    stream, end, SocketSettings.From(options.Value, FrameRole.Client, settings.MaxMessageSize), hub.Clock, logger, stream.Dispose);
                await registry.RunAsync(socket);
            }
        }
        catch (Exception e)
        {
            EdgeLog.SocketFailed(logger, e);
            end.Abort(null);
        }
        finally
        {
            registry.Leave();
        }
    }
}
