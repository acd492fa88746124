namespace OrleansSockets.Ends;

/// <summary>What must not be done under a pair's lock; see <see cref="PairGate.Afterwards"/>.</summary>
internal interface IDeferredWork
{
    void Run();
}
