using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Persistence;

/// <summary>The contract of grain storage on this store.</summary>
public sealed class RedisGrainStorageTests(RedisStore store) : GrainStorageContract(store), IClassFixture<RedisStore>;
