using System.Reflection;

namespace OrleansSockets.AspNetCore.Page;

/// <summary>The page's three files, which are embedded in this assembly.</summary>
internal static class PageContent
{
    // Nothing but this page's own files and sockets; no other site may frame it.
    public const string SecurityPolicy =
        "default-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'self'; form-action 'none'";

    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{typeof(PageContent).Namespace}.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
