using System.CommandLine;
using System.CommandLine.Parsing;

namespace OrleansSockets.Cli.Commands;

/// <summary>A date and flags on the command line.</summary>
internal sealed class SettingsArguments
{
    private readonly Option<string?> _date = new("--date") { Description = "The compatibility date, YYYY-MM-DD." };
    private readonly Option<string[]> _flags = new("--flag") { Description = "A compatibility flag; may be repeated.", DefaultValueFactory = _ => [] };
    private readonly Option<bool> _experimental = new("--experimental") { Description = "Allow experimental flags." };

    public SettingsArguments AddTo(Command command)
    {
        command.Add(_date);
        command.Add(_flags);
        command.Add(_experimental);
        return this;
    }

    public bool AreGiven(SymbolResult parsed) => parsed.GetValue(_date) is not null || parsed.GetValue(_flags) is { Length: > 0 };

    public object Body(ParseResult parsed) => new
    {
        compatibilityDate = parsed.GetValue(_date),
        compatibilityFlags = parsed.GetValue(_flags),
        experimental = parsed.GetValue(_experimental),
    };
}
