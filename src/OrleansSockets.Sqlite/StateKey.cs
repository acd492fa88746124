using System.Text;

namespace OrleansSockets.Sqlite;

/// <summary>The key of one row: service, grain and the name of the state.</summary>
internal readonly record struct StateKey(string Service, byte[] Grain, string State)
{
    public static StateKey Of(string service, GrainId grain, string state)
    {
        // Bytes, not text: a key may hold any bytes, and two that differ must never become one.
        var type = grain.Type.AsSpan();
        var key = grain.Key.AsSpan();
        var bytes = new byte[type.Length + 1 + key.Length];
        type.CopyTo(bytes);
        bytes[type.Length] = (byte)'/';
        key.CopyTo(bytes.AsSpan(type.Length + 1));
        return new(service, bytes, state);
    }

    public override string ToString() => $"{Encoding.UTF8.GetString(Grain)} ({State})";
}
