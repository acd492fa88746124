using OrleansSockets.Ends;

namespace OrleansSockets.Tests.Ends;

public sealed class PairGateTests
{
    private readonly PairGate _gate = new();
    private readonly List<string> _log = [];

    [Fact]
    public void Afterwards_WithoutALock_IsDoneAtOnce()
    {
        PairGate.Afterwards(new Work(() => _log.Add("work")));

        Assert.Equal(["work"], _log);
    }

    [Fact]
    public void Afterwards_UnderTheLock_IsDoneInOrderWhenTheLastOneIsLeft()
    {
        using (_gate.Enter())
        {
            using (_gate.Enter())
            {
                PairGate.Afterwards(new Work(() => _log.Add("first")));
                PairGate.Afterwards(new Work(() => _log.Add("second")));
            }

            _log.Add("still held");
        }

        Assert.Equal(["still held", "first", "second"], _log);
    }

    [Fact]
    public void Afterwards_WorkThatTakesTheLockAgain_ItsOwnComesLast()
    {
        using (_gate.Enter())
        {
            PairGate.Afterwards(new Work(() =>
            {
                using (_gate.Enter())
                {
                    PairGate.Afterwards(new Work(() => _log.Add("third")));
                }

                _log.Add("fourth");
            }));
            PairGate.Afterwards(new Work(() => _log.Add("second")));
        }

        Assert.Equal(["second", "third", "fourth"], _log);
    }

    [Fact]
    public void Afterwards_OneThatThrows_KeepsNothingFromTheOthersNorTheLock()
    {
        Assert.Throws<InvalidOperationException>(() =>
        {
            using (_gate.Enter())
            {
                PairGate.Afterwards(new Work(() => throw new InvalidOperationException("a fault")));
                PairGate.Afterwards(new Work(() => _log.Add("second")));
            }
        });

        Assert.Equal(["second"], _log);
        var other = new Thread(() => _gate.Enter().Dispose()) { IsBackground = true };
        other.Start();
        Assert.True(other.Join(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Afterwards_OfAnotherThread_WaitsForItsOwnLockOnly()
    {
        using (_gate.Enter())
        {
            var other = new Thread(() => PairGate.Afterwards(new Work(() => _log.Add("other"))));
            other.Start();
            other.Join();

            Assert.Equal(["other"], _log);
        }
    }

    private sealed class Work(Action action) : IDeferredWork
    {
        public void Run() => action();
    }
}
