using System.Text.RegularExpressions;
using Xunit;

namespace OrleansSockets.Architecture.Tests;

/// <summary>The rooms of the core point downwards, too, by the types that their code names.</summary>
public partial class RoomTests
{
    private const string Core = "src/OrleansSockets";

    /// <summary>
    /// Each room and the lower ones that it knows, from the bottom. The doors of the whole project, its own namespace and Hosting, may be
    /// known by all and know all.
    /// </summary>
    private static readonly Dictionary<string, string[]> Rooms = new()
    {
        ["Timelines"] = [],
        ["Diagnostics"] = [],
        ["Deployments"] = ["Diagnostics"],
        ["Wire"] = ["Timelines"],
        ["Streams"] = ["Wire"],
        ["Links"] = ["Diagnostics", "Wire"],
        ["Ends"] = ["Timelines", "Diagnostics", "Deployments", "Wire", "Streams"],
        ["Pairs"] = ["Timelines", "Diagnostics", "Deployments", "Wire", "Streams", "Links", "Ends"],
        ["Custody"] = ["Timelines", "Diagnostics", "Deployments", "Wire", "Links", "Ends", "Pairs"],
        ["Hibernation"] = ["Diagnostics", "Deployments", "Wire", "Streams", "Links", "Ends", "Pairs", "Custody"],
        ["Contexts"] = ["Diagnostics", "Deployments", "Wire", "Ends", "Pairs", "Custody", "Hibernation"],
        ["Sessions"] = ["Wire", "Streams", "Links", "Ends", "Hibernation", "Contexts"],
        ["Rendezvous"] = ["Diagnostics", "Wire", "Links", "Pairs"],
        ["Administration"] = ["Timelines", "Deployments", "Wire", "Links", "Ends", "Pairs"],
    };

    public static TheoryData<string> Names => [.. Rooms.Keys];

    /// <summary>From the bottom: none is known before it is there.</summary>
    [Fact]
    public void Rooms_KnowLowerOnesOnly()
    {
        HashSet<string> below = [];
        foreach (var (room, known) in Rooms)
        {
            Assert.Empty(known.Except(below));
            below.Add(room);
        }
    }

    [Fact]
    public void Folders_OfTheCore_AreTheRooms() => Assert.Equal(
        Rooms.Keys.Append("Hosting").Order(StringComparer.Ordinal),
        Directory.GetDirectories(Path.Combine(Repository.Root, Core)).Select(folder => Path.GetFileName(folder)!)
            .Where(folder => folder is not ("bin" or "obj")).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_OfARoom_NamesLowerRoomsOnly(string room)
    {
        var known = Directory.GetFiles(Path.Combine(Repository.Root, Core, room), "*.cs")
            .SelectMany(file => KnownTo(room, File.ReadAllText(file))).Distinct();

        Assert.Empty(known.Except(Rooms[room]));
    }

    /// <summary>An arrow that has gone must not come back.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Arrows_ThatAreAllowed_AreThere(string room)
    {
        var known = Directory.GetFiles(Path.Combine(Repository.Root, Core, room), "*.cs")
            .SelectMany(file => KnownTo(room, File.ReadAllText(file))).Distinct();

        Assert.Empty(Rooms[room].Except(known));
    }

    /// <summary>The test sees an arrow however it is written, in every room.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void KnownTo_AnArrowThatIsTurned_IsSeen(string room)
    {
        foreach (var lower in Rooms[room])
        {
            Assert.Contains(room, KnownTo(lower, $"using OrleansSockets.{room};"));
            Assert.Contains(room, KnownTo(lower, $"internal sealed class X(OrleansSockets.{room}.Y y);"));
            Assert.Contains(room, KnownTo(lower, $"    private readonly {room}.Y _y;"));
            Assert.DoesNotContain(room, Rooms[lower]);
        }
    }

    private static IEnumerable<string> KnownTo(string room, string code) =>
        from Match name in RoomName().Matches(Comment().Replace(code, ""))
        let known = name.Groups["room"].Value
        where known != room && Rooms.ContainsKey(known)
        select known;

    // A using, a full name, or the name of a room in front of one of its types; not a member of an object that is called like a room.
    [GeneratedRegex(@"OrleansSockets\.(?<room>[A-Z]\w+)|(?<![\w.])(?<room>[A-Z]\w+)\.[A-Z]\w*(?=[ >?\[{;(,)]* ?(?:_|\[|[a-z]\w* ?[;,)=]))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex RoomName();

    [GeneratedRegex(@"///?.*|""[^""\n]*""")]
    private static partial Regex Comment();
}
