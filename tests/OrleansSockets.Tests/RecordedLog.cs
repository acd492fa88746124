using Microsoft.Extensions.Logging;

namespace OrleansSockets.Tests;

/// <summary>What a silo logged under the name of this library, and all errors.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly List<(int Id, LogLevel Level, string Text, Exception? Exception)> _lines = [];

    /// <summary>Errors, whoever logged them.</summary>
    public (int Id, LogLevel Level, string Text, Exception? Exception)[] Errors =>
        [.. With("").Where(line => line.Level >= LogLevel.Error)];

    /// <summary>The lines in which a text stands.</summary>
    public (int Id, LogLevel Level, string Text, Exception? Exception)[] With(string text)
    {
        lock (_gate)
        {
            return [.. _lines.Where(line => line.Text.Contains(text, StringComparison.Ordinal))];
        }
    }

    public ILogger CreateLogger(string categoryName) =>
        new Category(this, categoryName.StartsWith("OrleansSockets.", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Category(RecordedLog log, bool isOurs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isOurs || logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (log._gate)
                {
                    log._lines.Add((eventId.Id, logLevel, formatter(state, exception), exception));
                }
            }
        }
    }
}
