using System.Runtime.CompilerServices;
using Xunit;

namespace OrleansSockets.Protocol.Tests;

/// <summary>One application of a row of PROTOCOL.md: what it must give, and what it gave.</summary>
internal sealed record RowCase(string Row, object Expected, object? Actual, string Text)
{
    public static RowCase Of(string row, object? actual, object expected, [CallerArgumentExpression(nameof(actual))] string text = "") =>
        new(row, expected, actual, text);

    public void Check() => Assert.True(Expected.Equals(Actual), $"{Row}: {Text}\n expected {Expected}\n actual   {Actual}");
}
