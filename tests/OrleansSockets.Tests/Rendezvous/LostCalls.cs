using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Rendezvous;

namespace OrleansSockets.Tests.Rendezvous;

/// <summary>Loses or holds what silos say to the homes of names, or the homes' answers, and keeps their last words.</summary>
internal sealed class LostCalls : IOutgoingGrainCallFilter
{
    private volatile string? _call;
    private volatile string? _answer;
    private int _lost;

    /// <summary>Calls of this method do not arrive.</summary>
    public string? LosesCallsOf
    {
        get => _call;
        set => _call = value;
    }

    /// <summary>Calls of this method arrive, and their answers do not.</summary>
    public string? LosesAnswersOf
    {
        get => _answer;
        set => _answer = value;
    }

    /// <summary>If it is set, the answer of the next join waits for it.</summary>
    public TaskCompletionSource? HoldsAnswer { get; set; }

    /// <summary>Ends when an answer is held.</summary>
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Lost => Volatile.Read(ref _lost);

    /// <summary>What silos that stop have said to others.</summary>
    public ConcurrentQueue<NameAnnouncement> Farewells { get; } = new();

    public void Install(IServiceCollection services) => services.AddSingleton<IOutgoingGrainCallFilter>(this);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var method = context.InterfaceMethod.DeclaringType == typeof(IRendezvousService) ? context.InterfaceMethod.Name : null;
        if (method is null || method != LosesCallsOf)
        {
            await context.Invoke();
        }

        if (method == nameof(IRendezvousService.JoinAsync) && HoldsAnswer is { } release)
        {
            HoldsAnswer = null;
            Held.SetResult();
            await release.Task;
        }

        if (method == nameof(IRendezvousService.AnnounceAsync)
            && context.Request.GetArgument(0) is NameAnnouncement { Version: NameTable.Farewell } farewell)
        {
            Farewells.Enqueue(farewell);
        }

        if (method is not null && (method == LosesCallsOf || method == LosesAnswersOf))
        {
            Interlocked.Increment(ref _lost);
            throw new TimeoutException($"The test has lost a call of {method}, or its answer.");
        }
    }
}
