using OrleansSockets.Sessions;

namespace OrleansSockets.Host.Tests.Readme;

/// <summary>The example of hibernatable sockets in README; a test compares its lines.</summary>
internal static class ChatExample
{
    public interface IChat : IWebSocketSession;

    public sealed class Chat : WebSocketSession, IChat
    {
        protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
        {
            var (client, server) = new WebSocketPair();
            AcceptWebSocket(server, "guest");                    // tags to find it by
            server.SerializeAttachment(request.Query);           // a value that is kept with the socket
            return Task.FromResult(UpgradeResponse.WebSocket(client));
        }

        protected override Task OnMessageAsync(WebSocketEnd end, WebSocketMessage message, CancellationToken cancellationToken)
        {
            foreach (var socket in GetWebSockets("guest"))
            {
                socket.Send($"{end.DeserializeAttachment<string>()}: {message}");
            }

            return Task.CompletedTask;
        }

        protected override Task OnCloseAsync(WebSocketEnd end, CloseEvent close, CancellationToken cancellationToken)
        {
            if (close.WasClean)
            {
                end.Close(1000, "bye");                          // nothing else answers it
            }

            return Task.CompletedTask;
        }
    }
}
