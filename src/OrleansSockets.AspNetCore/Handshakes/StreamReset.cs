using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansSockets.AspNetCore.Handshakes;

/// <summary>
/// Resets what carries a socket, while it is the socket's: its connection over HTTP/1.1, its stream over HTTP/2. Kestrel uses the object of
/// a stream again for the next request of the connection, which a reset that comes late must not hit.
/// </summary>
internal sealed class StreamReset(HttpContext context) : IDisposable
{
    /// <summary>RFC 8441 section 5: what the reset of TCP is to a stream.</summary>
    private const int Cancel = 8;

    private readonly Lock _lock = new();
    private readonly IHttpResetFeature? _stream = context.Features.Get<IHttpResetFeature>();
    private readonly IHttpRequestLifetimeFeature _connection = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
    private bool _isOver;

    public void Reset()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            if (_stream is null)
            {
                _connection.Abort();
            }
            else
            {
                _stream.Reset(Cancel);
            }
        }
    }

    /// <summary>The request is about to end.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
        }
    }
}
