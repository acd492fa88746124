using System.Globalization;
using System.Text.RegularExpressions;
using OrleansSockets.AspNetCore;
using Xunit;

namespace OrleansSockets.Infra.Tests;

/// <summary>The proxy's configuration, without nginx.</summary>
public partial class NginxTests
{
    private static readonly string Configuration = Comment().Replace(Checkout.Read("infra/nginx/nginx.conf"), "");
    private static readonly string Edges = Comment().Replace(Checkout.Read("infra/nginx/edges.conf"), "");

    [Fact]
    public void Configuration_PassesUpgradesThrough()
    {
        Assert.Contains("proxy_http_version 1.1;", Configuration, StringComparison.Ordinal);
        Assert.Contains("proxy_set_header Upgrade $http_upgrade;", Configuration, StringComparison.Ordinal);
        Assert.Contains("proxy_set_header Connection $connection_upgrade;", Configuration, StringComparison.Ordinal);
        Assert.Contains("map $http_upgrade $connection_upgrade", Configuration, StringComparison.Ordinal);
        Assert.Contains("proxy_buffering off;", Configuration, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy_read_timeout")]
    [InlineData("proxy_send_timeout")]
    public void Timeouts_AreAboveTheEdgesOwn(string directive)
    {
        var value = Regex.Match(Configuration, $@"\b{directive} (\d+)s;").Groups[1].Value;
        var options = new EdgeOptions();

        Assert.True(
            TimeSpan.FromSeconds(int.Parse(value, CultureInfo.InvariantCulture)) > options.KeepAliveInterval + options.KeepAliveTimeout);
    }

    [Fact]
    public void Upstream_IsTheEdgesOfCompose_WithoutStickySessions()
    {
        var compose = Checkout.ReadYaml("docker-compose.yml").Single()["services"]!.AsObject()
            .Where(service => $"{service.Value!["environment"]?["Node__Role"]}" == "Edge")
            .Select(service => $"{service.Key}:8080");

        Assert.Equal(compose.Order(), Server().Matches(Edges).Select(server => server.Groups["address"].Value).Order());
        Assert.Contains("proxy_pass http://edges;", Configuration, StringComparison.Ordinal);
        Assert.Contains("upstream edges {", Edges, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"ip_hash|\bhash\b|sticky", Edges);
    }

    // That it holds for every way to write an address, the tests of the whole topology ask nginx itself.
    [Fact]
    public void Inside_StaysInside_ByDefault()
    {
        Assert.Matches(@"location / \{\s*return 404;", Configuration);
        Assert.Single(Regex.Matches(Configuration, "proxy_pass"));
        Assert.Contains("location ~ ^/((echo|proxy)$|(pairs|rooms)/.) {", Configuration, StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_AndSemicolons_AreComplete()
    {
        foreach (var text in new[] { Configuration, Edges })
        {
            Assert.Equal(text.Count(c => c == '{'), text.Count(c => c == '}'));
            Assert.All(
                text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0), line => Assert.Matches(@"[;{}]$", line));
        }
    }

    // infra/local/run makes its own from these by their words.
    [Theory]
    [InlineData("infra/nginx/nginx.conf", "listen 8080;")]
    [InlineData("infra/nginx/nginx.conf", "/tmp/nginx")]
    [InlineData("infra/nginx/edges.conf", "edge-a:8080")]
    [InlineData("infra/nginx/edges.conf", "edge-b:8080")]
    [InlineData("infra/nginx/edges.conf", " resolve ")]
    public void Words_ThatTheLocalScriptReplaces_AreThere(string file, string word)
    {
        Assert.Contains(word, Checkout.Read(file), StringComparison.Ordinal);
        Assert.Contains(word, Checkout.Read("infra/local/run"), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*server (?<address>\S+)", RegexOptions.Multiline)]
    private static partial Regex Server();
}
