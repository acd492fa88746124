using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Clustering;

/// <summary>One table service for all clusters, each under a name of its own.</summary>
[CollectionDefinition(nameof(SharedAzurite))]
public sealed class SharedAzurite : ICollectionFixture<Azurite>;
