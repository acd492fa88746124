using OrleansSockets.Storage.Tests.Persistence;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace OrleansSockets.Storage.Tests;

/// <summary>Runs the tests; or is one of their parts.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [EndlessWriter.Verb, var path])
        {
            await EndlessWriter.RunAsync(path);
        }

        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
