using Microsoft.Extensions.Options;
using OrleansSockets.Compatibility;

namespace OrleansSockets.Tests.Hosting;

public sealed class OptionsTests
{
    public static TheoryData<Action<OrleansSocketsOptions>, string> BadOptions() => new()
    {
        { o => o.ClaimTimeout = TimeSpan.FromSeconds(-1),
            "OrleansSocketsOptions.ClaimTimeout is -00:00:01; it must be 0 (never) or more." },
        { o => o.AcceptTimeout = TimeSpan.FromSeconds(-1),
            "OrleansSocketsOptions.AcceptTimeout is -00:00:01; it must be 0 (never) or more." },
        { o => o.ReattachTimeout = TimeSpan.FromSeconds(-1),
            "OrleansSocketsOptions.ReattachTimeout is -00:00:01; it must be 0 (never) or more." },
        { o => o.UnfinishedMessageTimeout = TimeSpan.FromSeconds(-1),
            "OrleansSocketsOptions.UnfinishedMessageTimeout is -00:00:01; it must be 0 (never) or more." },
        { o => o.MaxBufferedBytes = 1024,
            "OrleansSocketsOptions.MaxBufferedBytes is 1024 bytes; it must be from 1048576 to 9223372036854775807." },
        { o => o.LinkTimeout = TimeSpan.Zero, "OrleansSocketsOptions.LinkTimeout is 00:00:00; it must be from 00:00:01 to 00:01:00." },
        { o => o.LinkTimeout = TimeSpan.FromSeconds(30),
            "OrleansSocketsOptions.LinkTimeout is 00:00:30; it must be below ReattachTimeout (00:00:30)." },
        { o => o.PairNameCooldown = TimeSpan.FromSeconds(-1),
            "OrleansSocketsOptions.PairNameCooldown is -00:00:01; it must be from 0 (none) to 01:00:00." },
        { o => o.PairNameCooldown = TimeSpan.FromHours(2),
            "OrleansSocketsOptions.PairNameCooldown is 02:00:00; it must be from 0 (none) to 01:00:00." },
        { o => o.SendBufferSize = 0, "OrleansSocketsOptions.SendBufferSize is 0 bytes; it must be from 1 to 2147483647." },
        { o => o.InitialWindow = 1024, "OrleansSocketsOptions.InitialWindow is 1024 bytes; it must be from 49152 to 262144." },
        { o => o.MaxWindow = 17 * 1024 * 1024, "OrleansSocketsOptions.MaxWindow is 17825792 bytes; it must be from 49152 to 16777216." },
        { o => o.Deployment = "nowhere", "OrleansSocketsOptions.Deployment is 'nowhere', which Deployments does not hold." },
        { o => o.Deployments["x"] = new CompatibilitySettings("2026-13-01", []), "Deployment 'x': Invalid compatibility date: 2026-13-01" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Validate_BadValue_NamesOptionValueAndLimit(Action<OrleansSocketsOptions> configure, string expected)
    {
        var options = new OrleansSocketsOptions();
        configure(options);
        var result = new OrleansSocketsOptionsValidator(TimeProvider.System).Validate(null, options);
        Assert.Equal([expected], result.Failures!);
    }

    [Fact]
    public void Validate_Defaults_AreGood() =>
        Assert.Same(
            ValidateOptionsResult.Success,
            new OrleansSocketsOptionsValidator(TimeProvider.System).Validate(null, new OrleansSocketsOptions()));

    [Fact]
    public void Validate_SeveralProblems_TellsAll()
    {
        var options = new OrleansSocketsOptions { ClaimTimeout = TimeSpan.MinValue, SendBufferSize = -1, Deployment = "" };
        Assert.Equal(3, new OrleansSocketsOptionsValidator(TimeProvider.System).Validate(null, options).Failures!.Count());
    }
}
