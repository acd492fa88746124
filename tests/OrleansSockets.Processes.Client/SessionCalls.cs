using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Processes.Node;

namespace OrleansSockets.Processes.Client;

/// <summary>Speaks to the sockets of a session, which are held by other processes, and closes them.</summary>
internal static class SessionCalls
{
    public static async Task RunAsync(IServiceProvider services, string name)
    {
        var session = services.GetRequiredService<Orleans.IGrainFactory>().GetGrain<IRecorder>(name);

        var sockets = await session.GetWebSocketsAsync();
        Console.WriteLine($"list: {string.Join(", ", sockets.Select(socket => $"{socket.ReadyState}"))}");
        var (first, last) = (sockets[0].Id, sockets[^1].Id);
        Console.WriteLine($"send: {await session.SendToWebSocketAsync(first, "you are the first")}");
        Console.WriteLine($"send: {await session.SendToWebSocketAsync("nobody", "who?")}");
        Console.WriteLine($"broadcast: {await session.BroadcastAsync("all")}");
        Console.WriteLine($"broadcast: {await session.BroadcastAsync(new byte[] { 65, 66 }, except: [first])}");

        await SayErrorAsync(() => session.CloseWebSocketAsync(first, 1005));
        await SayErrorAsync(() => session.CloseWebSocketAsync(first, 1000, new string('x', 124)));
        await SayErrorAsync(() => session.CloseWebSocketAsync(first, null, "x"));
        await SayErrorAsync(() => session.SendToWebSocketAsync(first, new byte[(32 * 1024 * 1024) + 1]));

        Console.WriteLine($"close: {await session.CloseWebSocketAsync(first, 4001, "from outside")}");
        Console.WriteLine($"close: {await session.CloseWebSocketAsync(first, 4002)}");
        Console.WriteLine($"close: {await session.CloseWebSocketAsync(last, 4003)}");
    }

    private static async Task SayErrorAsync(Func<Task> call)
    {
        try
        {
            await call();
            Console.WriteLine("no error");
        }
        catch (WebSocketPairException e)
        {
            Console.WriteLine($"error: {e.Kind}: {e.Message}");
        }
    }
}
