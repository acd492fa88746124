using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>Silo ports with TLS: whoever has no certificate of the cluster's authority is no member.</summary>
public sealed class SiloTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("silo-tls-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task TwoNodes_WithCertificatesOfOneAuthority_AreOneCluster()
    {
        var authority = MakeAuthority("ours");
        await using var a = await NodeProcess.StartAsync(Token, Certificate(authority, "a"));
        await using var b = await a.StartPeerAsync(Token, Certificate(authority, "b"));

        using var first = await TestSocket.ConnectAsync(a.Socket("pairs/tls/0"), Token);
        using var second = await TestSocket.ConnectAsync(b.Socket("pairs/tls/1"), Token);
        await first.SendAsync("hello", Token);
        Assert.Equal("hello", await second.ReceiveAsync(Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ANode_WithoutACertificateOfTheAuthority_DoesNotJoin(bool hasOne)
    {
        await using var a = await NodeProcess.StartAsync(Token, Certificate(MakeAuthority("ours"), "a"));
        string[] foreign = hasOne ? Certificate(MakeAuthority("theirs"), "foreign") : [];

        Assert.False(await a.TakesPeerAsync(Token, foreign));
    }

    [Fact]
    public async Task TheSiloPort_WithTls_SpeaksNothingElse()
    {
        await using var a = await NodeProcess.StartAsync(Token, Certificate(MakeAuthority("ours"), "a"));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, a.SiloPort, Token);
        await client.GetStream().WriteAsync(new byte[64], Token);

        // The handshake fails: the connection ends, or an alert (21) comes before.
        var answer = new byte[1];
        var count = 0;
        try
        {
            count = await client.GetStream().ReadAsync(answer, Token);
        }
        catch (IOException)
        {
            // Reset: it has ended, too.
        }

        Assert.True(count == 0 || answer[0] == 21, $"The silo said {answer[0]}.");
    }

    /// <summary>A program of a stranger's own, which minds nothing: it is the silo that has to refuse it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheSiloPort_ToAClientWithoutACertificateOfTheAuthority_SaysNothing(bool hasOne)
    {
        await using var a = await NodeProcess.StartAsync(Token, Certificate(MakeAuthority("ours"), "a"));
        using var foreign = MakeAuthority("theirs");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, a.SiloPort, Token);
        await using var tls = new SslStream(client.GetStream());
        var count = 0;
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "orleanssockets",
                    ClientCertificates = hasOne ? [foreign] : [],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                },
                Token);

            // With TLS 1.3 the client is done before the silo has looked at its certificate. To a member the silo speaks first.
            count = await tls.ReadAsync(new byte[1], Token);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // Refused.
        }

        Assert.Equal(0, count);
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }

    private string[] Certificate(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(authority, now.AddMinutes(-30), now.AddMinutes(30), RandomNumberGenerator.GetBytes(16));
        return
        [
            $"--Silo:Tls:Certificate={Write($"{name}.pem", certificate.ExportCertificatePem())}",
            $"--Silo:Tls:Key={Write($"{name}.key", key.ExportPkcs8PrivateKeyPem())}",
            $"--Silo:Tls:Authority={Write($"{name}-authority.pem", authority.ExportCertificatePem())}",
        ];
    }

    private string Write(string file, string text)
    {
        var path = Path.Combine(_folder.FullName, file);
        File.WriteAllText(path, text);
        return path;
    }
}
