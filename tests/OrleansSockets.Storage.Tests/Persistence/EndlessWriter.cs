using System.Globalization;
using OrleansSockets.Storage.Tests.Stores;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>A process of its own that writes one revision after the other, says each when it is written, and is killed.</summary>
internal static class EndlessWriter
{
    /// <summary>The command line's first word.</summary>
    public const string Verb = "write";

    public const string State = "note";

    public static readonly GrainId Grain = GrainId.Create("note", "endless");

    public static async Task RunAsync(string path)
    {
        await using var open = await OpenStorage.StartAsync(
            (silo, name) => silo.AddSqliteGrainStorage(name, options => options.Path = path));
        var state = new NoteState();
        await open.Storage.ReadStateAsync(State, Grain, state);
        while (true)
        {
            var revision = state.State.Revision + 1;
            state.State = new() { Revision = revision, Text = Body(revision) };
            await open.Storage.WriteStateAsync(State, Grain, state);
            Console.WriteLine(Line(revision));
        }
    }

    public static string Line(int? revision) => $"written {revision}";

    public static int Revision(string line) => int.Parse(line.AsSpan(Line(revision: null).Length), CultureInfo.InvariantCulture);

    public static string Body(int revision) => new((char)('a' + (revision % 26)), 20_000 + revision);
}
