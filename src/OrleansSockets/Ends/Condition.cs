namespace OrleansSockets.Ends;

/// <summary>Becomes true once and stays so; costs a task only if somebody waits. Guarded by the pair's lock.</summary>
internal sealed class Condition
{
    private TaskCompletionSource? _waiter;

    public bool IsTrue { get; private set; }

    public void Set()
    {
        IsTrue = true;
        _waiter?.TrySetResult();
    }

    public Task WaitAsync() => IsTrue
        ? Task.CompletedTask
        : (_waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
