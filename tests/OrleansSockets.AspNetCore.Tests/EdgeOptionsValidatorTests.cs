using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests;

public class EdgeOptionsValidatorTests
{
    public static readonly TheoryData<Action<EdgeOptions>, string> Bad = new()
    {
        { o => o.ProtocolChecks = (ProtocolChecks)7, "EdgeOptions.ProtocolChecks is 7; it must be Strict or Workers." },
        { o => o.MaxSockets = 0, "EdgeOptions.MaxSockets is 0; it must be at least 1." },
        { o => o.MaxMessageSize = 124, "EdgeOptions.MaxMessageSize is 124; it must be 0 (as the deployment says) or at least 125 bytes." },
        { o => o.MaxMessageSize = -1, "EdgeOptions.MaxMessageSize is -1; it must be 0 (as the deployment says) or at least 125 bytes." },
        { o => o.HandshakeTimeout = TimeSpan.FromSeconds(-1),
            "EdgeOptions.HandshakeTimeout is -00:00:01; it must be 0 (no limit) or more." },
        { o => o.SendTimeout = TimeSpan.FromSeconds(-1), "EdgeOptions.SendTimeout is -00:00:01; it must be 0 (no limit) or more." },
        { o => o.KeepAliveInterval = TimeSpan.FromSeconds(-1),
            "EdgeOptions.KeepAliveInterval is -00:00:01; it must be 0 (no limit) or more." },
        { o => o.KeepAliveTimeout = TimeSpan.FromSeconds(-1),
            "EdgeOptions.KeepAliveTimeout is -00:00:01; it must be 0 (no limit) or more." },
        { o => o.CloseTimeout = TimeSpan.FromSeconds(-1), "EdgeOptions.CloseTimeout is -00:00:01; it must be 0 (no limit) or more." },
        { o => o.PartnerTimeout = TimeSpan.FromSeconds(-1), "EdgeOptions.PartnerTimeout is -00:00:01; it must be 0 (no limit) or more." },
        { o => o.DrainCode = 1000, "EdgeOptions.DrainCode is 1000; it must be 1001 or 1012." },
        { o => o.DrainDelay = TimeSpan.FromSeconds(-1), "EdgeOptions.DrainDelay is -00:00:01; it must be 0 or more." },
        { o => o.DrainPeriod = TimeSpan.FromSeconds(-1), "EdgeOptions.DrainPeriod is -00:00:01; it must be 0 or more." },
        { o => o.DrainTimeout = TimeSpan.FromSeconds(5),
            "EdgeOptions.DrainTimeout is 00:00:05; it must be more than DrainDelay and DrainPeriod together (00:00:05)." },
        { o => o.AllowedOrigins.Add("example.com"), "EdgeOptions.AllowedOrigins is 'example.com'; it must be '*' or a scheme and a host "
            + "such as https://example.com, without a path." },
        { o => o.AllowedOrigins.Add("https://example.com/"),
            "EdgeOptions.AllowedOrigins is 'https://example.com/'; it must be '*' or a scheme and a host such as https://example.com, "
                + "without a path." },
    };

    [Fact]
    public void Validate_Defaults_Good()
    {
        var options = new EdgeOptions();
        options.AllowedOrigins.UnionWith(["*", "https://example.com", "http://localhost:8080"]);
        Assert.True(new EdgeOptionsValidator().Validate(null, options).Succeeded);
    }

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Validate_BadValue_SentenceNamesOptionValueAndLimit(Action<EdgeOptions> spoil, string sentence)
    {
        var options = new EdgeOptions();
        spoil(options);
        Assert.Equal([sentence], new EdgeOptionsValidator().Validate(null, options).Failures!);
    }

    [Fact]
    public void Validate_SeveralBadValues_AllAtOnce()
    {
        var options = new EdgeOptions { MaxSockets = -1, DrainCode = 0 };
        Assert.Equal(2, new EdgeOptionsValidator().Validate(null, options).Failures!.Count());
    }
}
