using System.Xml.Linq;

namespace OrleansSockets.Architecture.Tests;

/// <summary>The checkout that this test was built from.</summary>
internal static class Repository
{
    private static readonly string[] Written = ["src", "tests"];
    private static readonly string[] Generated = ["artifacts", "bin", "obj", "node_modules"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Project> Projects { get; } =
        [.. Files("*.csproj").Select(path => new Project(path)).OrderBy(project => project.Name, StringComparer.Ordinal)];

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Files below <c>src</c> and <c>tests</c> that people wrote.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Written
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
            .Where(path => !Relative(path).Split('/').Intersect(Generated).Any());

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansSockets.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No OrleansSockets.sln in or above {AppContext.BaseDirectory}.");
    }

    internal sealed class Project(string path)
    {
        private readonly XDocument _xml = XDocument.Load(path);

        public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

        public string Path { get; } = path;

        public string Folder { get; } = System.IO.Path.GetDirectoryName(path)!;

        public bool IsTest => Relative(Path).StartsWith("tests/", StringComparison.Ordinal);

        public string RootNamespace => _xml.Descendants("RootNamespace").FirstOrDefault()?.Value ?? Name;

        public IEnumerable<string> ProjectReferences =>
            _xml.Descendants("ProjectReference")
                .Select(reference => System.IO.Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        public IEnumerable<string> OtherReferences =>
            _xml.Descendants("PackageReference").Concat(_xml.Descendants("FrameworkReference")).Concat(_xml.Descendants("Reference"))
                .Select(reference => reference.Attribute("Include")!.Value);

        public IEnumerable<string> SourceFiles =>
            Files("*.cs").Where(file => file.StartsWith(Folder + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }
}
