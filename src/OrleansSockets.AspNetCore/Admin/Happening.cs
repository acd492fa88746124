using OrleansSockets.Timelines;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>One line of a pair's timeline, and the address of the node that wrote it.</summary>
internal readonly record struct Happening(string Node, PairTimelineEntry Entry)
{
    public HappeningDocument ToDocument() => new(Entry.Time, Node, Entry.Side, Entry.What, Entry.Code);
}
