using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Architecture.Tests;

/// <summary>Where things are found.</summary>
public partial class LayoutTests
{
    private static readonly string[] TopLevel =
    [
        "src", "tests", "infra", "OrleansSockets.sln", "docker-compose.yml", "README.md", "LICENSE",
        "Directory.Build.props", "Directory.Packages.props", "global.json",
    ];

    // The host's own namespaces, where its users look for Add..., Map... and results.
    private static readonly Dictionary<string, string[]> Doors = new()
    {
        ["OrleansSockets"] = ["Orleans.Hosting"],
        ["OrleansSockets.AspNetCore"] =
            ["Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Http"],
        ["OrleansSockets.AzureTables"] = ["Orleans.Hosting"],
        ["OrleansSockets.Sqlite"] = ["Orleans.Hosting"],
    };

    [Fact]
    public void TopLevel_HoldsTheAgreedNamesOnly()
    {
        var names = Directory.EnumerateFileSystemEntries(Repository.Root).Select(path => Path.GetFileName(path));
        var generated = Repository.Read(".gitignore").Split('\n').Select(line => line.TrimEnd('/'));

        Assert.Empty(names.Where(name => !name.StartsWith('.')).Except(TopLevel).Except(generated));
    }

    /// <summary>The compiler does not see it.</summary>
    [Fact]
    public void Lines_AreNoLongerThanTheEditorIsTold()
    {
        var most = int.Parse(Regex.Match(Repository.Read(".editorconfig"), @"max_line_length = (\d+)").Groups[1].Value, null);

        var longer = from file in Repository.Files("*.cs")
                     from line in File.ReadLines(file).Index()
                     where line.Item.Length > most
                     select $"{Repository.Relative(file)}:{line.Index + 1}";

        Assert.Empty(longer);
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        var solution = Repository.Read("OrleansSockets.sln").Replace('\\', '/');

        Assert.All(
            Repository.Projects,
            project => Assert.Contains($"\"{Repository.Relative(project.Path)}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Namespace_OfEverySourceFile_IsItsFolder()
    {
        var misplaced = new List<string>();
        var seen = 0;
        foreach (var project in Repository.Projects)
        {
            foreach (var file in project.SourceFiles)
            {
                seen++;
                var declared = NamespaceDeclaration().Match(File.ReadAllText(file)).Groups["name"].Value;
                var folder = Path.GetRelativePath(project.Folder, Path.GetDirectoryName(file)!);
                var expected = folder == "."
                    ? project.RootNamespace
                    : $"{project.RootNamespace}.{folder.Replace('\\', '/').Replace('/', '.')}";
                var isDoor = Doors.GetValueOrDefault(project.Name, []).Contains(declared);
                // Top-level statements and assembly attributes live in no namespace.
                var needsNone = declared.Length == 0 && !TypeDeclaration().IsMatch(File.ReadAllText(file));
                if (declared != expected && !isDoor && !needsNone)
                {
                    misplaced.Add($"{Repository.Relative(file)}: {declared}, not {expected}");
                }
            }
        }

        Assert.True(seen > 0);
        Assert.True(misplaced.Count == 0, string.Join('\n', misplaced));
    }

    [Fact]
    public void Names_SayWhatAThingIs()
    {
        var paths = Repository.Files("*").Select(Repository.Relative).Where(path => VagueName().IsMatch(path));
        var types = from file in Repository.Files("*.cs")
                    from Match declaration in TypeDeclaration().Matches(File.ReadAllText(file))
                    where VagueName().IsMatch(declaration.Groups["name"].Value)
                    select $"{Repository.Relative(file)}: {declaration.Groups["name"].Value}";

        var vague = string.Join('\n', paths.Concat(types));
        Assert.True(vague.Length == 0, vague);
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(
        @"^\s*(?:(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref)\s+)*"
        + @"(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(?<name>[A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    // A word of its own, not a part of one ("Commonly").
    [GeneratedRegex("(Manager|Helper|Util|Utilitie|Utility|Common)s?(?![a-z])")]
    private static partial Regex VagueName();
}
