namespace OrleansSockets.Diagnostics;

/// <summary>What the failure of a call between silos means.</summary>
internal static class CallFaults
{
    /// <summary>The call may not have reached the silo, or its answer did not come back. Made again, it may succeed.</summary>
    public static bool MeansUnreached(Exception e) =>
        e is OrleansException or TimeoutException or OperationCanceledException or IOException;
}
