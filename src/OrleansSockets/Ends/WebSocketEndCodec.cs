using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace OrleansSockets.Ends;

/// <summary>A live end cannot travel; says so, and what to do.</summary>
[RegisterSerializer, RegisterCopier]
internal sealed class WebSocketEndCodec : IFieldCodec<WebSocketEnd>, IDeepCopier<WebSocketEnd>
{
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, WebSocketEnd? value)
        where TBufferWriter : IBufferWriter<byte> => Refuse();

    public WebSocketEnd? ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        Refuse();
        return null;
    }

    public WebSocketEnd? DeepCopy(WebSocketEnd? input, CopyContext context)
    {
        Refuse();
        return null;
    }

    [DoesNotReturn]
    private static void Refuse() => throw new WebSocketPairException(
        WebSocketPairErrorKind.NotLocal,
        "A live WebSocketEnd cannot be passed in a grain call. Call Release() on it, pass the ticket, and claim it at the other side with "
            + "IWebSocketPairFactory.ClaimAsync.");
}
