namespace OrleansSockets.Ends;

/// <summary>Who finds the pair grains of this silo's ends. Called under the pair's lock.</summary>
internal interface IEndCustody
{
    /// <summary>Gives an end away.</summary>
    EndTicket Release(End end);

    /// <summary>The end's activation is gone, and the end waits for the next one.</summary>
    /// <param name="end">The end.</param>
    /// <param name="owner">Where to ask first; null: it is not known.</param>
    void Reattach(End end, SiloAddress? owner);

    /// <summary>The end was paired and is not now: if that lasts, it looks for its pair grain again.</summary>
    void LocateLater(End end);

    /// <summary>An end that has met nobody is no more: nothing of its pair stays.</summary>
    void Abandon(End end);
}
