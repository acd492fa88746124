using System.Globalization;
using System.Reflection;
using Xunit;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>The emulator of Azure Table Storage, in a folder of its own so that a restart finds what was written.</summary>
/// <remarks>Its version is pinned in package.json; the first run installs it below <c>artifacts</c>.</remarks>
public sealed class Azurite : IAsyncLifetime
{
    private const string HowToInstall =
        "Install Node.js with npm (Debian: apt-get install nodejs npm); they install Azurite by themselves.";
    // The account that every emulator knows: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly string _folder = Directory.CreateTempSubdirectory("azurite-").FullName;
    private readonly int _port = FreePort.Next();
    private StoreProcess? _process;

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};TableEndpoint={Endpoint};";

    public Uri Endpoint => new($"http://127.0.0.1:{_port}/devstoreaccount1");

    public async ValueTask InitializeAsync() => _process = await StartAsync();

    public async Task StopAsync() => await _process!.StopAsync();

    public async Task RestartAsync()
    {
        await _process!.DisposeAsync();
        _process = await StartAsync();
    }

    /// <summary>Nothing answers from here on, but connections stay.</summary>
    public Task FreezeAsync() => _process!.SignalAsync("STOP");

    public Task ThawAsync() => _process!.SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<StoreProcess> StartAsync()
    {
        var port = _port.ToString(CultureInfo.InvariantCulture);
        return await StoreProcess.StartAsync(
            "node",
            [
                await InstallAsync(), "--silent", "--location", _folder, "--tableHost", "127.0.0.1", "--tablePort", port,
                "--skipApiVersionCheck", "--disableTelemetry",
            ],
            "successfully started",
            HowToInstall);
    }

    private static async Task<string> InstallAsync()
    {
        var artifacts = typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(item => item.Key == "ArtifactsPath").Value!;
        var folder = Path.Combine(artifacts, "azurite");
        var program = Path.Combine(folder, "node_modules/azurite/dist/src/table/main.js");
        var wanted = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "package-lock.json"));
        // Written after npm is done: a broken installation has none.
        var installed = Path.Combine(folder, "installed.json");
        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed) != wanted)
        {
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "package.json"), Path.Combine(folder, "package.json"), overwrite: true);
            await File.WriteAllTextAsync(Path.Combine(folder, "package-lock.json"), wanted);
            await StoreProcess.RunAsync("npm", ["ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"], HowToInstall);
            await File.WriteAllTextAsync(installed, wanted);
        }

        return program;
    }
}
