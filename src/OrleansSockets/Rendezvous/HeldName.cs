using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>A side of a name that a client of this silo holds, until <see cref="HeldNames.Leave"/>.</summary>
internal sealed class HeldName(string name, Side side, Guid secret, PairId pair, SiloAddress placement)
{
    private Func<bool> _waits = static () => false;
    private Action _strayed = static () => { };

    public string Name { get; } = name;

    public Side Side { get; } = side;

    public Guid Secret { get; } = secret;

    public PairId Pair { get; } = pair;

    public SiloAddress Placement { get; } = placement;

    /// <summary>The end is there.</summary>
    /// <param name="waits">Whether it still waits for the other one.</param>
    /// <param name="strayed">Called when it waits in vain: the name stands for another pair by now.</param>
    public void Attach(Func<bool> waits, Action strayed) => (_waits, _strayed) = (waits, strayed);

    public NameHold Describe() => new(Name, (int)Side, Secret, Pair, Placement, _waits());

    public void Stray()
    {
        if (_waits())
        {
            _strayed();
        }
    }
}
