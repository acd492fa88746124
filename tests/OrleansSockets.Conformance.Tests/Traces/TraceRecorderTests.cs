using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Traces;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Traces;

public class TraceRecorderTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);
    private readonly FakeTimeProvider _time = new();
    private readonly TraceRecorder _recorder = new();

    [Fact]
    public async Task WaitAsync_OfAnEventThatComesLater_EndsWithIt()
    {
        var waiting = _recorder.WaitAsync("s", "message", count: 2, Limit, _time, TestContext.Current.CancellationToken);

        _recorder.Add("s", Event("message"));
        _recorder.Add("s", Event("close"));
        _recorder.Add("c", Event("message"));
        Assert.False(waiting.IsCompleted);
        _recorder.Add("s", Event("message"));

        await waiting;
    }

    [Fact]
    public async Task WaitAsync_OfAnEvent_DoesNotCountItsFurtherListeners()
    {
        var waiting = _recorder.WaitAsync("s", "message", count: 2, Limit, _time, TestContext.Current.CancellationToken);
        _recorder.Add("s", Event("message"));
        _recorder.Add("s", new JsonObject { ["k"] = "event", ["type"] = "message", ["listener"] = 2 });
        Assert.False(waiting.IsCompleted);

        _recorder.Add("s", Event("message"));
        await waiting;
    }

    [Fact]
    public async Task WaitAsync_OfAnEventThatNeverComes_SaysWhatIsThereInstead()
    {
        var waiting = _recorder.WaitAsync("s", "close", count: 1, Limit, _time, TestContext.Current.CancellationToken);
        _recorder.Add("s", Event("message"));
        _time.Advance(Limit);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.Equal("""no close number 1 at s within 4 s; there is {"k":"event","type":"message"}""", error.Message);
    }

    [Theory]
    [InlineData("""{"k":"frame","op":"close"}""", "frame:close")]
    [InlineData("""{"k":"tcp","how":"fin"}""", "tcp")]
    public async Task WaitAsync_OfWhatAClientSees_Ends(string entry, string kind)
    {
        _recorder.Add("c", (JsonObject)JsonReader.Read(entry)!);

        await _recorder.WaitAsync("c", kind, count: 1, Limit, _time, TestContext.Current.CancellationToken);
    }

    private static JsonObject Event(string type) => new() { ["k"] = "event", ["type"] = type };
}
