namespace OrleansSockets.Deployments;

/// <summary>What the catalog asks a deployment.</summary>
[Alias("OrleansSockets.IDeploymentSource")]
internal interface IDeploymentSource : IGrainWithStringKey
{
    /// <summary>The last write that is done, also while another one is under way; null: there was none.</summary>
    [Alias("Newest"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<DeploymentEntry?> NewestAsync();

    /// <summary>The last write, after those that are under way.</summary>
    [Alias("Settled"), ResponseTimeout("00:00:05")]
    Task<DeploymentEntry?> SettledAsync();
}
