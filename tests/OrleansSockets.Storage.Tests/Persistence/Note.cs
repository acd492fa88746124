namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>The state that the tests keep.</summary>
[GenerateSerializer]
public sealed class Note
{
    [Id(0)]
    public int Revision { get; set; }

    [Id(1)]
    public string Text { get; set; } = "";
}
