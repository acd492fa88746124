using System.Diagnostics.Metrics;
using OrleansSockets.Diagnostics;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Clusters;

/// <summary>One payload for many ends of another silo.</summary>
public sealed class SharedPayloadTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    private const int Sockets = 40;

    [Fact]
    public async Task Send_OnePayloadToManyEndsOfASilo_TravelsAFewTimesOnly()
    {
        var payload = new byte[10_000];
        Random.Shared.NextBytes(payload);
        List<(WebSocketEnd Client, WebSocketEnd Server)> pairs = [];
        List<Task<byte[]>> received = [];
        for (var i = 0; i < Sockets; i++)
        {
            var pair = await three.Cluster.AcceptedPairAsync(0, 1, 1);
            TaskCompletionSource<byte[]> one = new(TaskCreationOptions.RunContinuationsAsynchronously);
            pair.Client.OnMessage(e => one.SetResult(e.Data.Bytes.ToArray()));
            pairs.Add(pair);
            received.Add(one.Task);
        }

        var bytes = 0L;
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == OrleansSocketsDiagnostics.LinkBytes)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>((_, sent, _, _) => Interlocked.Add(ref bytes, sent));
        meters.Start();
        var message = new WebSocketMessage(isText: false, payload);
        pairs.ForEach(pair => Assert.Equal(WebSocketSendOutcome.Sent, pair.Server.TrySend(message)));

        Assert.All(await Task.WhenAll(received).WaitAsync(TestContext.Current.CancellationToken), one => Assert.Equal(payload, one));

        // Once in each batch, of which some leave while the others are being written.
        Assert.InRange(Interlocked.Read(ref bytes), payload.Length, Sockets / 2 * payload.Length);
        pairs.ForEach(pair => pair.Client.Close(1000));
        await three.Cluster.NothingLeftAsync();
    }
}
