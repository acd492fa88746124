using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace OrleansSockets.Infra.Tests;

/// <summary>The files that the tests are about.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string file) => Path.Combine(Root, file);

    public static string Read(string file) => File.ReadAllText(PathOf(file));

    /// <summary>The documents of a YAML file, anchors and merges resolved.</summary>
    public static IReadOnlyList<JsonNode> ReadYaml(string file) => ParseYaml(Read(file));

    public static IReadOnlyList<JsonNode> ParseYaml(string text)
    {
        var deserializer = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var json = new SerializerBuilder().JsonCompatible().Build();
        var parser = new MergingParser(new Parser(new StringReader(text)));
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        var documents = new List<JsonNode>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            if (deserializer.Deserialize(parser) is { } document)
            {
                documents.Add(JsonNode.Parse(json.Serialize(document))!);
            }
        }

        return documents;
    }

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
}
