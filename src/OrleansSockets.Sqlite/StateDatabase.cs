using Microsoft.Data.Sqlite;

namespace OrleansSockets.Sqlite;

/// <summary>The file: one table of states, in write-ahead mode.</summary>
/// <remarks>
/// Readers use pooled connections and never wait for the writer. Writers take turns on one connection: SQLite has room for one at a time
/// anyway, and a queue here is fair where its own busy loop is not. A write that returned is on the disk (<c>synchronous = FULL</c>).
/// Calls may overlap.
/// </remarks>
internal sealed class StateDatabase : IDisposable
{
    // Kept in the file's header: tells a later release what it finds.
    private const int SchemaVersion = 1;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _turn = new(1);
    private bool _disposed;

    private StateDatabase(string connectionString)
    {
        _connectionString = connectionString;
        _writer = new(connectionString);
    }

    public static StateDatabase Open(SqliteGrainStorageOptions options)
    {
        var path = Path.GetFullPath(options.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = (int)options.BusyTimeout.TotalSeconds,
        };

        var database = new StateDatabase(connectionString.ToString());
        try
        {
            database.Prepare(path);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public (RowVersion Version, byte[] Data)? Read(StateKey key)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = Command(
            connection, "SELECT id, version, data FROM grain_state WHERE service = $service AND grain = $grain AND state = $state", key);
        using var row = command.ExecuteReader();
        return row.Read() ? (new(row.GetInt64(0), row.GetInt64(1)), (byte[])row[2]) : null;
    }

    /// <summary>Null if the key has a row already.</summary>
    public Task<RowVersion?> InsertAsync(StateKey key, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            using var command = Command(
                _writer,
                """
                INSERT INTO grain_state (service, grain, state, version, data) VALUES ($service, $grain, $state, 1, $data)
                ON CONFLICT DO NOTHING RETURNING id, version
                """,
                key);
            command.Parameters.AddWithValue("$data", data.ToArray());
            return ReturnedVersion(command);
        },
        cancellationToken);

    /// <summary>Null if the row is gone or has another version.</summary>
    public Task<RowVersion?> UpdateAsync(
        StateKey key, RowVersion expected, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            using var command = Conditional(
                """
                UPDATE grain_state SET version = version + 1, data = $data, modified = strftime('%Y-%m-%dT%H:%M:%fZ')
                WHERE service = $service AND grain = $grain AND state = $state AND id = $id AND version = $version RETURNING id, version
                """,
                key,
                expected);
            command.Parameters.AddWithValue("$data", data.ToArray());
            return ReturnedVersion(command);
        },
        cancellationToken);

    /// <summary>False if the row is gone or has another version.</summary>
    public Task<bool> DeleteAsync(StateKey key, RowVersion expected, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            using var command = Conditional(
                "DELETE FROM grain_state "
                    + "WHERE service = $service AND grain = $grain AND state = $state AND id = $id AND version = $version",
                key,
                expected);
            return command.ExecuteNonQuery() == 1;
        },
        cancellationToken);

    public void Dispose()
    {
        // A write in progress finishes first; those that still wait for their turn find the database closed.
        _turn.Wait();
        try
        {
            if (!_disposed)
            {
                _disposed = true;
                _writer.Dispose();
                // Pooled connections would keep the file open, and the write-ahead log beside it.
                using var pooled = new SqliteConnection(_connectionString);
                SqliteConnection.ClearPool(pooled);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Prepare(string path)
    {
        _writer.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        using var transaction = _writer.BeginTransaction();
        var found = (long)Scalar("PRAGMA user_version")!;
        if (found > SchemaVersion)
        {
            throw new InvalidOperationException($"{path} was written by a later release (schema {found}; this one knows {SchemaVersion}).");
        }

        Execute(
            $"""
            CREATE TABLE IF NOT EXISTS grain_state (
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              service TEXT NOT NULL,
              grain BLOB NOT NULL,
              state TEXT NOT NULL,
              version INTEGER NOT NULL,
              data BLOB NOT NULL,
              modified TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
              UNIQUE (service, grain, state)
            );
            PRAGMA user_version = {SchemaVersion};
            """);
        transaction.Commit();
    }

    private async Task<T> WriteAsync<T>(Func<T> write, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            // SQLite waits for the disk in the caller's thread; a grain's turn must not.
            return await Task.Run(write, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, StateKey key)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$service", key.Service);
        command.Parameters.AddWithValue("$grain", key.Grain);
        command.Parameters.AddWithValue("$state", key.State);
        return command;
    }

    private SqliteCommand Conditional(string sql, StateKey key, RowVersion expected)
    {
        var command = Command(_writer, sql, key);
        command.Parameters.AddWithValue("$id", expected.Id);
        command.Parameters.AddWithValue("$version", expected.Version);
        return command;
    }

    private static RowVersion? ReturnedVersion(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        RowVersion? version = row.Read() ? new(row.GetInt64(0), row.GetInt64(1)) : null;
        // The statement commits when its last row has been read.
        while (row.Read())
        {
        }

        return version;
    }

    private void Execute(string sql)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
