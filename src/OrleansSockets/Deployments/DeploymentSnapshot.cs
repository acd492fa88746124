using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>A deployment at one revision.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Date and flags.</param>
/// <param name="Revision">Counts the writes, from 1. Deletions count, too: no revision of a name comes twice.</param>
/// <param name="UpdatedAt">When this revision was written.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentSnapshot")]
public sealed record DeploymentSnapshot(
    [property: Id(0)] string Name,
    [property: Id(1)] CompatibilitySettings Settings,
    [property: Id(2)] long Revision,
    [property: Id(3)] DateTimeOffset UpdatedAt);

/// <summary>Carries <see cref="CompatibilitySettings"/>, which knows nothing of Orleans, in calls.</summary>
[GenerateSerializer, Alias("OrleansSockets.CompatibilitySettings")]
internal struct CompatibilitySettingsSurrogate
{
    [Id(0)] public string? Date;

    [Id(1)] public string[] Flags;

    [Id(2)] public bool Experimental;
}

/// <inheritdoc cref="CompatibilitySettingsSurrogate"/>
[RegisterConverter]
internal sealed class CompatibilitySettingsConverter : IConverter<CompatibilitySettings, CompatibilitySettingsSurrogate>
{
    public CompatibilitySettings ConvertFromSurrogate(in CompatibilitySettingsSurrogate surrogate) =>
        new(surrogate.Date, surrogate.Flags, surrogate.Experimental);

    public CompatibilitySettingsSurrogate ConvertToSurrogate(in CompatibilitySettings value) =>
        new() { Date = value.Date, Flags = [.. value.Flags], Experimental = value.Experimental };
}
