using System.Security.Cryptography;

namespace OrleansSockets.Tests.Clusters;

public sealed class BackpressureTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    [Fact]
    public async Task SendAsync_TheReceiverStalls_WaitsAndTheReceiverHoldsAWindow()
    {
        var pair = await three.Cluster.AcceptedPairAsync(0, 1, 2);
        var other = await three.Cluster.AcceptedPairAsync(0, 1, 2);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = 0;
        pair.Server.OnMessage(async _ =>
        {
            received++;
            await release.Task;
        });
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await pair.Client.SendAsync(new byte[50_000], CancellationToken.None);
            }
        }, TestContext.Current.CancellationToken);

        // 1 MiB is queued here, a window is there, and then nothing goes on; other pairs on the same link do.
        while (pair.Client.BufferedAmount < 1024 * 1024)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        var traffic = Traffic.Start(other.Client, other.Server);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        Assert.Equal(1, received);
        Assert.False(sending.IsCompleted);
        Assert.InRange(pair.Server.Core.In.HeldBytes, 1, 256 * 1024 + 50_000);

        release.SetResult();
        await sending;
        pair.Client.Close(1000);
        other.Client.Close(1000);
        await three.Cluster.NothingLeftAsync();
        Assert.Equal(200, received);
    }

    [Fact]
    public async Task Send_AMessageMuchLargerThanTheWindow_ArrivesWhole()
    {
        var pair = await three.Cluster.AcceptedPairAsync(0, 1, 2);
        var message = new byte[8 * 1024 * 1024 + 1];
        new Random(1).NextBytes(message);
        TaskCompletionSource<byte[]> hash = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Server.OnMessage(e => hash.SetResult(SHA256.HashData(e.Data.Bytes.Span)));
        pair.Client.Send(message);
        Assert.Equal(SHA256.HashData(message), await hash.Task.WaitAsync(TestContext.Current.CancellationToken));
        pair.Client.Close(1000);
        await three.Cluster.NothingLeftAsync();
    }
}
