using Azure.Core;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Clustering;

/// <summary>Many silos at one membership table.</summary>
[Collection(nameof(SharedAzurite))]
public sealed class MembershipRaceTests(Azurite azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const int MaxAttempts = 200;

    private readonly Membership _membership = new(azurite, $"races {Guid.NewGuid()}");

    [Fact]
    public async Task Joins_OfEightSilosAtOnce_AllSucceed()
    {
        var silos = Enumerable.Range(0, 8).Select(_ => Membership.NewSilo(SiloStatus.Joining)).ToList();

        await Task.WhenAll(silos.Select(silo => Task.Run(async () =>
        {
            var table = await _membership.OpenAsync();
            await UntilTrueAsync(
                async () => await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));
            await UntilTrueAsync(async () =>
            {
                var read = await table.ReadRowAsync(silo.SiloAddress, Cancellation);
                silo.Status = SiloStatus.Active;
                return await table.UpdateRowAsync(silo, read.Members[0].Item2, read.Version.Next(), Cancellation);
            });
        })));

        var all = await (await _membership.OpenAsync()).ReadAllAsync(Cancellation);
        Assert.Equal(16, all.Version.Version);
        Assert.Equal(
            silos.Select(silo => silo.SiloAddress.ToParsableString()).Order(),
            all.Members.Where(member => member.Item1.Status == SiloStatus.Active)
                .Select(member => member.Item1.SiloAddress.ToParsableString()).Order());
    }

    [Fact]
    public async Task Inserts_OnOneVersion_SucceedOnce()
    {
        var table = await _membership.OpenAsync();
        var next = (await table.ReadAllAsync(Cancellation)).Version.Next();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Task.Run(() => table.InsertRowAsync(Membership.NewSilo(), next, Cancellation))));

        Assert.Single(answers, answer => answer);
        Assert.Single((await table.ReadAllAsync(Cancellation)).Members);
    }

    [Fact]
    public async Task Updates_DuringHeartbeats_AllSucceedAndStepTheVersionByOne()
    {
        const int Updates = 30;
        var table = await _membership.OpenAsync();
        var silo = Membership.NewSilo(SiloStatus.Active);
        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));
        for (var update = 1; update <= Updates; update++)
        {
            Task? heartbeat = null;
            await UntilTrueAsync(async () =>
            {
                var read = await table.ReadRowAsync(silo.SiloAddress, Cancellation);
                Assert.Equal(update, read.Version.Version);
                // If the heartbeat comes first, the row has another ETag, and the update is tried again.
                heartbeat ??= table.UpdateIAmAliveAsync(
                    new() { SiloAddress = silo.SiloAddress, IAmAliveTime = silo.StartTime.AddSeconds(update) }, Cancellation);
                return await table.UpdateRowAsync(read.Members[0].Item1, read.Members[0].Item2, read.Version.Next(), Cancellation);
            });
            await heartbeat!;
        }

        Assert.Equal(Updates + 1, (await table.ReadAllAsync(Cancellation)).Version.Version);
    }

    [Fact]
    public async Task ReadAll_DuringUpdates_GivesRowsAndVersionOfOneMoment()
    {
        const int Silos = 5;
        var table = await _membership.OpenAsync();
        var silos = Enumerable.Range(0, Silos).Select(_ => Membership.NewSilo()).ToList();
        for (var index = 0; index < Silos; index++)
        {
            await StepAsync(table, silos[index], insert: true);
        }

        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var reader = await _membership.OpenAsync();
            for (var reads = 0; reads < 10 || !done.IsCancellationRequested; reads++)
            {
                AssertWhole(await reader.ReadAllAsync(Cancellation));
            }
        })).ToList();
        for (var update = 0; update < 60; update++)
        {
            await StepAsync(table, silos[update % Silos], insert: false);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    /// <summary>Pages of one row each, and a change between any two of them: the reader must begin again.</summary>
    [Fact]
    public async Task ReadAll_InPagesWithAChangeInBetween_GivesRowsAndVersionOfOneMoment()
    {
        var writer = await _membership.OpenAsync();
        var silos = Enumerable.Range(0, 3).Select(_ => Membership.NewSilo()).ToList();
        foreach (var silo in silos)
        {
            await StepAsync(writer, silo, insert: true);
        }

        for (var changeAfter = 1; changeAfter <= 4; changeAfter++)
        {
            var pages = 0;
            var reader = await _membership.OpenAsync(new(async (message, send) =>
            {
                var uri = message.Request.Uri;
                var isPage = message.Request.Method == RequestMethod.Get && uri.Query.Contains("filter", StringComparison.Ordinal);
                if (isPage)
                {
                    uri.AppendQuery("$top", "1");
                }

                await send();
                if (isPage && ++pages == changeAfter)
                {
                    await StepAsync(writer, silos[0], insert: false);
                    await StepAsync(writer, silos[2], insert: false);
                }
            }));

            var read = await reader.ReadAllAsync(Cancellation);

            Assert.True(pages > 4, $"{pages} pages are too few: the reader did not begin again");
            Assert.Equal(3, read.Members.Count);
            AssertWhole(read);
        }
    }

    // Each change writes the version that it makes into the row that it changes. So the latest row names the version.
    private static void AssertWhole(MembershipTableData read) =>
        Assert.Equal(read.Version.Version, read.Members.Max(member => member.Item1.UpdateZone));

    private static async Task StepAsync(IMembershipTable table, MembershipEntry silo, bool insert)
    {
        var read = await table.ReadRowAsync(silo.SiloAddress, Cancellation);
        silo.UpdateZone = read.Version.Next().Version;
        Assert.True(insert
            ? await table.InsertRowAsync(silo, read.Version.Next(), Cancellation)
            : await table.UpdateRowAsync(silo, read.Members[0].Item2, read.Version.Next(), Cancellation));
    }

    private static async Task UntilTrueAsync(Func<Task<bool>> attempt)
    {
        var attempts = 1;
        while (!await attempt())
        {
            Assert.True(++attempts <= MaxAttempts, $"no success in {MaxAttempts} attempts");
        }
    }
}
