namespace OrleansSockets.Ends;

/// <summary>Takes what arrives for an end: the dispatcher of an accepted end, or the socket that is coupled to it.</summary>
internal interface IEndConsumer
{
    /// <summary>Something waits. Called under the pair's lock: must not block, and must not call user code.</summary>
    void Signal();
}
