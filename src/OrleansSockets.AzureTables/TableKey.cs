using System.Security.Cryptography;
using System.Text;

namespace OrleansSockets.AzureTables;

/// <summary>Makes keys that the table service takes out of names that people chose.</summary>
/// <remarks>
/// The service forbids <c>/ \ # ?</c> and control characters, and keys of more than 1 KiB (512 characters).
/// So bytes that are not plainly safe become <c>=XX</c>, parts are joined by <c>!</c>, and a long key ends in <c>~</c> and its hash.
/// Different parts make different keys.
/// See https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
/// </remarks>
internal static class TableKey
{
    private const int MaxLength = 512;
    private const char Separator = '!';

    public static string Of(params ReadOnlySpan<string> parts)
    {
        var key = new StringBuilder();
        foreach (var part in parts)
        {
            Add(key, Encoding.UTF8.GetBytes(part));
        }

        return Shorten(key.ToString());
    }

    public static string Of(string service, GrainId grain)
    {
        // Bytes, not text: a grain's key may hold any bytes, and two that differ must never become one.
        var key = new StringBuilder();
        Add(key, Encoding.UTF8.GetBytes(service));
        Add(key, grain.Type.AsSpan());
        Add(key, grain.Key.AsSpan());
        return Shorten(key.ToString());
    }

    private static void Add(StringBuilder key, ReadOnlySpan<byte> part)
    {
        if (key.Length > 0)
        {
            key.Append(Separator);
        }

        foreach (var value in part)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_' or (byte)'.')
            {
                key.Append((char)value);
            }
            else
            {
                key.Append('=').Append(value.ToString("X2", null));
            }
        }
    }

    private static string Shorten(string key)
    {
        if (key.Length <= MaxLength)
        {
            return key;
        }

        var hash = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
        return $"{key.AsSpan(0, MaxLength - hash.Length - 1)}~{hash}";
    }
}
