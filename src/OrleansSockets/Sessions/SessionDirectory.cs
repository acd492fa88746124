namespace OrleansSockets.Sessions;

/// <summary>
/// Sessions have a grain directory of their own, Orleans' consistent one. With the default one an activation ends when the node dies that
/// holds its entry, and would take its ends along; pair grains stay with the default one, which finds the next activation faster: they have
/// nothing to lose.
/// </summary>
internal static class SessionDirectory
{
    public const string Name = "OrleansSockets.Sessions";
}
