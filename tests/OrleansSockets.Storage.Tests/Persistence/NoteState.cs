using System.Diagnostics.CodeAnalysis;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>What a grain holds of its state.</summary>
internal sealed class NoteState : IGrainState<Note>
{
    [AllowNull]
    public Note State { get; set; } = new();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
