using System.Net;
using OrleansSockets.AzureTables;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Clustering;

/// <summary>What Orleans expects of a membership table.</summary>
[Collection(nameof(SharedAzurite))]
public sealed class MembershipTableTests(Azurite azurite) : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly string _cluster = $"cluster/{Guid.NewGuid()}";
    private IMembershipTable _table = null!;

    public async ValueTask InitializeAsync() => _table = await new Membership(azurite, _cluster).OpenAsync();

    public async ValueTask DisposeAsync() => await _table.DeleteMembershipTableEntriesAsync(_cluster, Cancellation);

    [Fact]
    public async Task ReadAll_OfANewCluster_IsEmptyAtVersionZero()
    {
        var all = await _table.ReadAllAsync(Cancellation);

        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
        Assert.NotEmpty(all.Version.VersionEtag);
    }

    [Fact]
    public async Task Initialize_Again_KeepsWhatIsThere()
    {
        await InsertAsync(Membership.NewSilo());

        await _table.InitializeMembershipTableAsync(tryInitTableVersion: true, Cancellation);

        var all = await _table.ReadAllAsync(Cancellation);
        Assert.Single(all.Members);
        Assert.Equal(1, all.Version.Version);
    }

    [Fact]
    public async Task InsertRow_ThenRead_GivesTheWholeEntry()
    {
        var entry = Membership.NewSilo(SiloStatus.Active, IPAddress.Parse("2001:db8::7"));
        entry.RoleName = "role";
        entry.UpdateZone = 3;
        entry.FaultZone = 4;
        entry.AddSuspector(Membership.NewSilo().SiloAddress, entry.StartTime.AddSeconds(1));
        entry.AddSuspector(Membership.NewSilo(address: IPAddress.IPv6Loopback).SiloAddress, entry.StartTime.AddSeconds(2));

        await InsertAsync(entry);

        foreach (var read in new[] { await _table.ReadAllAsync(Cancellation), await _table.ReadRowAsync(entry.SiloAddress, Cancellation) })
        {
            var (stored, etag) = Assert.Single(read.Members);
            Assert.NotEmpty(etag);
            Assert.Equal(entry.ToFullString(), stored.ToFullString());
            Assert.Equal(entry.SuspectTimes, stored.SuspectTimes);
            Assert.Equal((entry.StartTime, entry.IAmAliveTime), (stored.StartTime, stored.IAmAliveTime));
            Assert.Equal(DateTimeKind.Utc, stored.IAmAliveTime.Kind);
            Assert.Equal(1, read.Version.Version);
        }
    }

    [Fact]
    public async Task InsertRow_WithTimesThatWereNeverSet_IsStored()
    {
        var entry =
            new MembershipEntry { SiloAddress = Membership.NewSilo().SiloAddress, SiloName = "bare", HostName = "host",
                Status = SiloStatus.Created };

        await InsertAsync(entry);

        Assert.Equal(default, Assert.Single((await _table.ReadAllAsync(Cancellation)).Members).Item1.StartTime);
    }

    [Fact]
    public async Task ReadRow_OfAnUnknownSilo_GivesTheVersionAlone()
    {
        await InsertAsync(Membership.NewSilo());

        var read = await _table.ReadRowAsync(Membership.NewSilo().SiloAddress, Cancellation);

        Assert.Empty(read.Members);
        Assert.Equal(1, read.Version.Version);
        Assert.Equal((await _table.ReadAllAsync(Cancellation)).Version, read.Version);
    }

    [Fact]
    public async Task InsertRow_WithAStaleVersion_AnswersFalseAndChangesNothing()
    {
        var before = await _table.ReadAllAsync(Cancellation);
        await InsertAsync(Membership.NewSilo());

        Assert.False(await _table.InsertRowAsync(Membership.NewSilo(), before.Version.Next(), Cancellation));

        var after = await _table.ReadAllAsync(Cancellation);
        Assert.Single(after.Members);
        Assert.Equal(1, after.Version.Version);
    }

    [Fact]
    public async Task InsertRow_OfAKnownSilo_AnswersFalseAndChangesNothing()
    {
        var entry = Membership.NewSilo();
        await InsertAsync(entry);
        var before = await _table.ReadAllAsync(Cancellation);
        entry.Status = SiloStatus.Dead;

        Assert.False(await _table.InsertRowAsync(entry, before.Version.Next(), Cancellation));

        var after = await _table.ReadAllAsync(Cancellation);
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(SiloStatus.Joining, Assert.Single(after.Members).Item1.Status);
    }

    [Fact]
    public async Task UpdateRow_WithCurrentETags_ReplacesTheEntry()
    {
        var entry = Membership.NewSilo();
        entry.AddSuspector(Membership.NewSilo().SiloAddress, entry.StartTime);
        await InsertAsync(entry);
        var (before, etag) = await ReadAsync(entry);

        entry.Status = SiloStatus.Active;
        entry.SuspectTimes = null;
        Assert.True(await _table.UpdateRowAsync(entry, etag, before.Next(), Cancellation));

        var all = await _table.ReadAllAsync(Cancellation);
        Assert.Equal(2, all.Version.Version);
        var (stored, newEtag) = Assert.Single(all.Members);
        Assert.Equal(SiloStatus.Active, stored.Status);
        Assert.Null(stored.SuspectTimes);
        Assert.NotEqual(etag, newEtag);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task UpdateRow_WithAStaleRowOrVersion_AnswersFalseAndChangesNothing(bool rowIsCurrent, bool versionIsCurrent)
    {
        var entry = Membership.NewSilo();
        await InsertAsync(entry);
        var (staleVersion, staleEtag) = await ReadAsync(entry);
        entry.Status = SiloStatus.Active;
        Assert.True(await _table.UpdateRowAsync(entry, staleEtag, staleVersion.Next(), Cancellation));
        var (version, etag) = await ReadAsync(entry);

        entry.Status = SiloStatus.Dead;
        Assert.False(
            await _table.UpdateRowAsync(
                entry, rowIsCurrent ? etag : staleEtag, (versionIsCurrent ? version : staleVersion).Next(), Cancellation));

        var all = await _table.ReadAllAsync(Cancellation);
        Assert.Equal(version, all.Version);
        Assert.Equal(SiloStatus.Active, Assert.Single(all.Members).Item1.Status);
    }

    [Fact]
    public async Task UpdateRow_OfAnUnknownSilo_AnswersFalseAndChangesNothing()
    {
        var known = Membership.NewSilo();
        await InsertAsync(known);
        var (version, etag) = await ReadAsync(known);

        Assert.False(await _table.UpdateRowAsync(Membership.NewSilo(), etag, version.Next(), Cancellation));

        Assert.Equal(version, (await _table.ReadAllAsync(Cancellation)).Version);
    }

    [Fact]
    public async Task UpdateIAmAlive_ChangesThatColumnAlone()
    {
        var entry = Membership.NewSilo(SiloStatus.Active);
        await InsertAsync(entry);
        var before = await _table.ReadAllAsync(Cancellation);
        var later = entry.IAmAliveTime.AddSeconds(30);

        // All that Orleans fills in for a heartbeat.
        await _table.UpdateIAmAliveAsync(new() { SiloAddress = entry.SiloAddress, IAmAliveTime = later }, Cancellation);

        var after = await _table.ReadAllAsync(Cancellation);
        Assert.Equal(before.Version, after.Version);
        entry.IAmAliveTime = later;
        Assert.Equal(entry.ToFullString(), Assert.Single(after.Members).Item1.ToFullString());
    }

    [Fact]
    public async Task UpdateIAmAlive_OfASiloThatWasDeclaredDead_LeavesItDead()
    {
        var entry = Membership.NewSilo(SiloStatus.Active);
        await InsertAsync(entry);
        var (version, etag) = await ReadAsync(entry);
        entry.Status = SiloStatus.Dead;
        Assert.True(await _table.UpdateRowAsync(entry, etag, version.Next(), Cancellation));

        await _table.UpdateIAmAliveAsync(
            new() { SiloAddress = entry.SiloAddress, IAmAliveTime = entry.IAmAliveTime.AddSeconds(5) }, Cancellation);

        Assert.Equal(SiloStatus.Dead, Assert.Single((await _table.ReadAllAsync(Cancellation)).Members).Item1.Status);
    }

    [Fact]
    public async Task UpdateIAmAlive_OfASiloThatWasCleanedUp_DoesNotBringItBack()
    {
        await Assert.ThrowsAnyAsync<OrleansException>(() => _table.UpdateIAmAliveAsync(Membership.NewSilo(), Cancellation));

        Assert.Empty((await _table.ReadAllAsync(Cancellation)).Members);
    }

    [Fact]
    public async Task CleanupDefunctSiloEntries_RemovesTheLongDeadOnly()
    {
        var kept = new List<SiloAddress>();
        foreach (var status in Enum.GetValues<SiloStatus>())
        {
            var old = Membership.NewSilo(status);
            old.StartTime = old.StartTime.AddDays(-10);
            old.IAmAliveTime = old.IAmAliveTime.AddDays(-9);
            await InsertAsync(old);
            if (status != SiloStatus.Dead)
            {
                kept.Add(old.SiloAddress);
            }
        }

        var deadSinceToday = Membership.NewSilo(SiloStatus.Dead);
        var votedDeadToday = Membership.NewSilo(SiloStatus.Dead);
        votedDeadToday.AddSuspector(kept[0], votedDeadToday.StartTime);
        votedDeadToday.StartTime = votedDeadToday.IAmAliveTime = votedDeadToday.StartTime.AddDays(-10);
        await InsertAsync(deadSinceToday);
        await InsertAsync(votedDeadToday);
        var version = (await _table.ReadAllAsync(Cancellation)).Version;

        await _table.CleanupDefunctSiloEntriesAsync(TimeProvider.System.GetUtcNow().AddDays(-7), Cancellation);

        var all = await _table.ReadAllAsync(Cancellation);
        Assert.Equal(version, all.Version);
        Assert.Equal(
            kept.Append(deadSinceToday.SiloAddress).Append(votedDeadToday.SiloAddress).Select(silo => silo.ToParsableString()).Order(),
            all.Members.Select(member => member.Item1.SiloAddress.ToParsableString()).Order());
    }

    [Fact]
    public async Task DeleteMembershipTableEntries_RemovesThatClusterOnly()
    {
        var other = await new Membership(azurite, $"{_cluster}2").OpenAsync();
        await InsertAsync(Membership.NewSilo());
        var all = await other.ReadAllAsync(Cancellation);
        Assert.True(await other.InsertRowAsync(Membership.NewSilo(), all.Version.Next(), Cancellation));

        await _table.DeleteMembershipTableEntriesAsync(_cluster, Cancellation);

        Assert.Empty((await _table.ReadAllAsync(Cancellation)).Members);
        Assert.Single((await other.ReadAllAsync(Cancellation)).Members);
        await other.DeleteMembershipTableEntriesAsync($"{_cluster}2", Cancellation);
        Assert.Empty((await other.ReadAllAsync(Cancellation)).Members);
    }

    [Fact]
    public async Task InsertRow_AfterTheClusterWasDeleted_BeginsAnew()
    {
        await InsertAsync(Membership.NewSilo());
        await _table.DeleteMembershipTableEntriesAsync(_cluster, Cancellation);

        await InsertAsync(Membership.NewSilo());

        var all = await _table.ReadAllAsync(Cancellation);
        Assert.Single(all.Members);
        Assert.Equal(1, all.Version.Version);
    }

    [Fact]
    public async Task Clusters_OfTwoServicesWithOneName_AreApart()
    {
        await InsertAsync(Membership.NewSilo());

        var other = await new Membership(azurite, _cluster, service: "other service").OpenAsync();

        Assert.Empty((await other.ReadAllAsync(Cancellation)).Members);
        await other.DeleteMembershipTableEntriesAsync(_cluster, Cancellation);
    }

    [Fact]
    public async Task GetGateways_GivesActiveSilosWithAGateway()
    {
        var active = Membership.NewSilo(SiloStatus.Active);
        var withoutGateway = Membership.NewSilo(SiloStatus.Active);
        withoutGateway.ProxyPort = 0;
        await InsertAsync(active);
        await InsertAsync(withoutGateway);
        await InsertAsync(Membership.NewSilo(SiloStatus.Joining));
        await InsertAsync(Membership.NewSilo(SiloStatus.Dead));

        var gateways = await new Membership(azurite, _cluster).OpenClientAsync();

        var expected = SiloAddress.New(IPAddress.Loopback, active.ProxyPort, active.SiloAddress.Generation).ToGatewayUri();
        Assert.Equal([expected], await gateways.GetGatewaysAsync(Cancellation));
    }

    /// <summary>False would say that another silo was quicker, and Orleans would try again at once and for ever.</summary>
    [Theory]
    [InlineData(503, "ServerBusy")]
    [InlineData(403, "AuthenticationFailed")]
    [InlineData(404, "TableNotFound")]
    public async Task AnyCall_WhenTheServiceRefuses_ThrowsAndDoesNotAnswer(int status, string code)
    {
        using var service = new RefusingTableService(status, code);
        var refused = false;
        var table = await new Membership(azurite, _cluster).OpenAsync(
            new((message, send) => refused ? service.AnswerInsteadAsync(message, send) : send()));
        var entry = Membership.NewSilo();
        await InsertAsync(entry);
        var (version, etag) = await ReadAsync(entry);

        refused = true;
        Func<Task>[] calls =
        [
            () => table.InsertRowAsync(Membership.NewSilo(), version.Next(), Cancellation),
            () => table.UpdateRowAsync(entry, etag, version.Next(), Cancellation),
            () => table.UpdateIAmAliveAsync(entry, Cancellation),
            () => table.ReadAllAsync(Cancellation),
            () => table.ReadRowAsync(entry.SiloAddress, Cancellation),
        ];
        foreach (var call in calls)
        {
            var problem = await Assert.ThrowsAsync<AzureTablesException>(call);
            Assert.Contains(code, problem.Message, StringComparison.Ordinal);
        }
    }

    private async Task InsertAsync(MembershipEntry entry) =>
        Assert.True(await _table.InsertRowAsync(entry, (await _table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));

    private async Task<(TableVersion Version, string ETag)> ReadAsync(MembershipEntry entry)
    {
        var read = await _table.ReadRowAsync(entry.SiloAddress, Cancellation);
        return (read.Version, Assert.Single(read.Members).Item2);
    }
}
