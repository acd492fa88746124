using Microsoft.Extensions.Options;

namespace OrleansSockets.Host;

/// <summary>Runs the node, or says in a sentence why it cannot be started.</summary>
internal static class Startup
{
    private const int Ended = 0;
    private const int NotStarted = 1;

    /// <summary>Ends with the node.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> compose)
    {
        WebApplication? app = null;
        try
        {
            try
            {
                app = compose();
                Check(app);
            }
            catch (Exception e) when (e is ConfigurationException or OptionsValidationException or OrleansConfigurationException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return NotStarted;
            }

            try
            {
                await app.StartAsync();
            }
            catch (Exception e)
            {
                // The log has all of it.
                await Console.Error.WriteLineAsync($"The node could not be started: {e.Message}");
                return NotStarted;
            }

            await app.WaitForShutdownAsync();
            return Ended;
        }
        finally
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }
        }
    }

    // All that the parts of the node check by themselves while they start, before any of them does: a log of half a start would hide the
    // sentence.
    private static void Check(WebApplication app)
    {
        app.Services.GetService<IStartupValidator>()?.Validate();
        foreach (var validator in app.Services.GetServices<IConfigurationValidator>())
        {
            validator.ValidateConfiguration();
        }

        PortCheck.Require(app);
    }
}
