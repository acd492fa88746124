using Azure.Core;
using Azure.Core.Pipeline;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>Stands between a client and the table service, on every try, and does there what a test wants.</summary>
internal sealed class OnRequest(Func<HttpMessage, Func<ValueTask>, ValueTask> act) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        act(message, () => ProcessNextAsync(message, pipeline));
}
