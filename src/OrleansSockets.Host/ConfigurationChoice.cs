namespace OrleansSockets.Host;

/// <summary>Options that are one word of a few.</summary>
internal static class ConfigurationChoice
{
    /// <summary>The chosen word, in upper or lower case.</summary>
    /// <exception cref="InvalidOperationException">Another word. The sentence names the option, what it says, and the choices.</exception>
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
            : throw new InvalidOperationException($"{key} is '{said}'; it can be {string.Join(", ", choices[..^1])} or {choices[^1]}.");
    }

    /// <summary>What the option says; it must say something because of another one.</summary>
    public static string GetNeeded(this IConfiguration configuration, string key, string because) =>
        configuration[key] is { Length: > 0 } said ? said : throw new InvalidOperationException($"{because}, but {key} says nothing.");
}
