namespace OrleansSockets.Streams;

/// <summary>
/// Counts what one stream holds in the silo's budget, in coarse steps: all streams share one number, and a message must not touch it. Less
/// than a step is not counted. Guarded by the pair's lock; a mutable struct, for a field.
/// </summary>
internal struct BufferAccount
{
    /// <summary>What a stream may hold without being counted, also when the budget is met.</summary>
    public const int Step = 64 * 1024;

    private BufferCharge? _charge;
    private long _counted;

    /// <summary>The stream holds so much now.</summary>
    public void Update(PairBudget? budget, long held)
    {
        // Half a step between up and down, or a stream about a step would count every message.
        if (budget is not null && (held >= _counted + Step || held <= _counted - (Step / 2)))
        {
            var steps = held / Step * Step;
            _charge ??= new BufferCharge(budget);
            _charge.Add(steps - _counted);
            _counted = steps;
        }
    }
}
