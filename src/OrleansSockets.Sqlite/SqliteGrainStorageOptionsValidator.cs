namespace OrleansSockets.Sqlite;

/// <summary>Stops the silo at its start when the options make no sense.</summary>
internal sealed class SqliteGrainStorageOptionsValidator(SqliteGrainStorageOptions options, string name) : IConfigurationValidator
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            throw new OrleansConfigurationException(
                $"SQLite grain storage '{name}' has no {nameof(options.Path)}: name the file that keeps its state.");
        }

        if (options.BusyTimeout < Shortest || options.BusyTimeout > Longest)
        {
            throw new OrleansConfigurationException(
                $"SQLite grain storage '{name}' has a {nameof(options.BusyTimeout)} of {options.BusyTimeout}; it must be from {Shortest} "
                    + $"to {Longest}.");
        }
    }
}
