using System.CommandLine;

namespace OrleansSockets.Cli.Commands;

/// <summary>A date and flags on the command line.</summary>
internal sealed class SettingsArguments
{
    private readonly Option<string?> _date = new("--date") { Description = "The compatibility date, YYYY-MM-DD." };
    private readonly Option<string[]> _flags =
        new("--flag") { Description = "A compatibility flag; may be repeated.", DefaultValueFactory = _ => [] };
    private readonly Option<bool> _experimental = new("--experimental") { Description = "Allow experimental flags." };

    public SettingsArguments AddTo(Command command)
    {
        command.Add(_date);
        command.Add(_flags);
        command.Add(_experimental);
        return this;
    }

    /// <summary>A deployment's name or these, not both and not neither.</summary>
    public void OrElse(Command command, Argument<string?> deployment) => command.Validators.Add(result =>
    {
        var areGiven = result.GetValue(_date) is not null || result.GetValue(_flags) is { Length: > 0 } || result.GetValue(_experimental);
        if (areGiven == result.GetValue(deployment) is not null)
        {
            result.AddError("Name a deployment, or give --date and --flag: one of the two.");
        }
    });

    public object Body(ParseResult parsed) => new
    {
        compatibilityDate = parsed.GetValue(_date),
        compatibilityFlags = parsed.GetValue(_flags),
        experimental = parsed.GetValue(_experimental),
    };
}
