using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>What became of a write.</summary>
public enum DeploymentWriteOutcome
{
    /// <summary>It is stored.</summary>
    Written,

    /// <summary>The revision is another one.</summary>
    Conflict,

    /// <summary>The settings have errors.</summary>
    Invalid,

    /// <summary>There is no such deployment.</summary>
    NotFound,

    /// <summary>The store cannot be reached; nothing was changed, as far as is known.</summary>
    StoreUnavailable,
}

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Deployment">The deployment as it is now, if there is one.</param>
/// <param name="Problems">Errors and warnings of the settings that were given.</param>
/// <param name="Detail">A sentence for people, if it was not written.</param>
/// <param name="IsNew">It was written, and there was none before.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentWriteResult")]
public sealed record DeploymentWriteResult(
    [property: Id(0)] DeploymentWriteOutcome Outcome,
    [property: Id(1)] DeploymentSnapshot? Deployment,
    [property: Id(2)] IReadOnlyList<CompatibilityProblem> Problems,
    [property: Id(3)] string? Detail = null,
    [property: Id(4)] bool IsNew = false);

/// <summary>Carries <see cref="CompatibilityProblem"/> in calls.</summary>
[GenerateSerializer, Alias("OrleansSockets.CompatibilityProblem")]
internal struct CompatibilityProblemSurrogate
{
    [Id(0)] public CompatibilityProblemKind Kind;

    [Id(1)] public string Message;

    [Id(2)] public bool IsError;
}

/// <inheritdoc cref="CompatibilityProblemSurrogate"/>
[RegisterConverter]
internal sealed class CompatibilityProblemConverter : IConverter<CompatibilityProblem, CompatibilityProblemSurrogate>
{
    public CompatibilityProblem ConvertFromSurrogate(in CompatibilityProblemSurrogate surrogate) =>
        new(surrogate.Kind, surrogate.Message, surrogate.IsError);

    public CompatibilityProblemSurrogate ConvertToSurrogate(in CompatibilityProblem value) =>
        new() { Kind = value.Kind, Message = value.Message, IsError = value.IsError };
}
