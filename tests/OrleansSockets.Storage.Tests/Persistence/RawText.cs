using Orleans.Storage;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>Writes a note's text as it is, so that a test can count bytes.</summary>
internal sealed class RawText : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(((Note)(object)input!).Text);

    public T Deserialize<T>(BinaryData input) => (T)(object)new Note { Text = input.ToString() };
}
