using System.Globalization;
using System.Net;

namespace OrleansSockets.Host;

/// <summary>Options, read so that a mistake is told in a sentence.</summary>
internal static class ConfigurationValues
{
    /// <summary>The chosen word, in upper or lower case.</summary>
    /// <exception cref="ConfigurationException">Another word. The sentence names the option, what it says, and the choices.</exception>
    public static T GetChoice<T>(this IConfiguration configuration, string key, T otherwise = default)
        where T : struct, Enum
    {
        var said = configuration[key];
        if (string.IsNullOrEmpty(said))
        {
            return otherwise;
        }

        // Not Enum.TryParse alone: it takes numbers, and lists of words.
        var choices = Enum.GetNames<T>();
        return choices.FirstOrDefault(choice => choice.Equals(said, StringComparison.OrdinalIgnoreCase)) is { } chosen
            ? Enum.Parse<T>(chosen)
            : throw new ConfigurationException($"{key} is '{said}'; it can be {string.Join(", ", choices[..^1])} or {choices[^1]}.");
    }

    /// <summary>What the option says; it must say something because of another one.</summary>
    public static string GetNeeded(this IConfiguration configuration, string key, string because) =>
        configuration[key] is { Length: > 0 } said ? said : throw new ConfigurationException($"{because}, but {key} says nothing.");

    /// <summary>A TCP port.</summary>
    public static int GetPort(this IConfiguration configuration, string key, int otherwise) =>
        configuration[key] is not { Length: > 0 } said ? otherwise
        : int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort ? port
        : throw new ConfigurationException($"{key} is '{said}'; it can be a port from 1 to {IPEndPoint.MaxPort}.");

    /// <summary>Sets the properties of which the section says something.</summary>
    public static void BindTo(this IConfiguration section, object options)
    {
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            // It names the option and what it says.
            throw new ConfigurationException(e.Message, e);
        }
    }
}
