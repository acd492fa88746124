using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Processes.Node;
using OrleansSockets.Sessions;

namespace OrleansSockets.Processes.Client;

/// <summary>Asks a session for an end, and tries to take it.</summary>
internal static class ClaimCalls
{
    public static async Task RunAsync(IServiceProvider services)
    {
        var answer = await services.GetRequiredService<Orleans.IGrainFactory>().GetGrain<IRecorder>("outside").UpgradeAsync(
            new UpgradeRequest());
        Console.WriteLine($"session: {answer.Status}, ticket for side {answer.Ticket?.Side}");
        try
        {
            await services.GetRequiredService<IWebSocketPairFactory>().ClaimAsync(answer.Ticket!);
        }
        catch (WebSocketPairException e)
        {
            Console.WriteLine($"claim: {e.Kind}: {e.Message}");
        }
    }
}
