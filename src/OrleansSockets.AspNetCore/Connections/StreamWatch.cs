using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansSockets.AspNetCore.Connections;

/// <summary>The stream of an HTTP/2 connection: the server reads all streams' frames, also those of a socket that is not read.</summary>
internal sealed class StreamWatch(HttpContext context) : IConnectionWatch
{
    private readonly CancellationToken _aborted = context.RequestAborted;
    private readonly IHttpRequestTrailersFeature? _trailers = context.Features.Get<IHttpRequestTrailersFeature>();

    public bool IsLost => _aborted.IsCancellationRequested;

    // END_STREAM completes the trailers, though there are none. It fires no event.
    public bool HasEnded => _trailers is { Available: true };

    // Of its window the server holds everything.
    public bool HidesEnd => false;

    public void Watch(Action changed) => _aborted.UnsafeRegister(static changed => ((Action)changed!)(), changed);
}
