using System.Net;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>What nodes in processes of their own are told, as JSON.</summary>
internal static class NodeCodec
{
    public static JsonObject Write(NodeSettings settings) => new()
    {
        ["name"] = settings.Address.Name,
        ["ports"] = new List<object?> { settings.Address.SiloPort, settings.Address.GatewayPort, settings.Address.HttpPort },
        ["primary"] = settings.Primary.ToString(),
        ["cluster"] = settings.ClusterId,
        ["nodes"] = settings.Nodes,
        ["compats"] = settings.Compats.Select(compat => (object?)Write(compat)).ToList(),
        ["http2"] = settings.Http2,
    };

    public static NodeSettings ReadSettings(JsonObject source)
    {
        var ports = source.List("ports")!.ConvertAll(port => (int)(double)port!);
        return new NodeSettings(
            new NodeAddress(source.Text("name")!, ports[0], ports[1], ports[2]),
            IPEndPoint.Parse(source.Text("primary")!),
            source.Text("cluster")!,
            (int)(double)source["nodes"]!,
            [.. source.List("compats")!.Cast<JsonObject>().Select(ReadCompat)],
            source["http2"] is true);
    }

    public static JsonObject Write(Run run) => new()
    {
        ["id"] = run.Id,
        ["scenario"] = run.Scenario.Source,
        ["clients"] = Write(run.Plan.Clients, node => node),
        ["actors"] = Write(run.Plan.Actors, place => new List<object?> { place.Node, place.IsSession }),
        ["pairs"] = run.Plan.Pairs.ToList<object?>(),
        ["via"] = run.Plan.Via,
        ["silos"] = Write(run.Silos, silo => silo),
    };

    public static Run ReadRun(JsonObject source) => new(
        source.Text("id")!,
        ScenarioParser.Parse(source.Object("scenario")!),
        new Plan(
            ReadTexts(source.Object("clients")!),
            source.Object("actors")!.ToDictionary(actor => actor.Key, actor => ReadPlace((List<object?>)actor.Value!)),
            [.. source.List("pairs")!.Select(node => (string?)node)],
            source.Text("via")),
        ReadTexts(source.Object("silos")!));

    private static JsonObject Write<T>(IReadOnlyDictionary<string, T> values, Func<T, object?> write)
    {
        var result = new JsonObject();
        foreach (var (name, value) in values)
        {
            result[name] = write(value);
        }

        return result;
    }

    private static JsonObject Write(Compat compat) => new() { ["date"] = compat.Date, ["flags"] = compat.Flags.ToList<object?>() };

    private static Compat ReadCompat(JsonObject source) =>
        new(source.Text("date"), [.. source.List("flags")!.Cast<string>()], Experimental: true);

    private static ActorPlace ReadPlace(List<object?> source) => new((string)source[0]!, (bool)source[1]!);

    private static Dictionary<string, string> ReadTexts(JsonObject source) =>
        source.ToDictionary(item => item.Key, item => (string)item.Value!);
}
