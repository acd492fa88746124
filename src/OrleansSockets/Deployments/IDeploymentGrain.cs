using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>
/// A deployment: the only writer of its settings. Silos call it, and clients outside the cluster
/// (<see cref="DeploymentGrainFactoryExtensions.GetDeployment"/>). What its settings come to, with the reason for each,
/// <see cref="CompatibilityRules.Evaluate"/> says anywhere, without a call.
/// </summary>
[Alias("OrleansSockets.IDeploymentGrain")]
public interface IDeploymentGrain : IGrainWithStringKey
{
    /// <summary>The settings as they are; null: there is no such deployment.</summary>
    [Alias("Get"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<DeploymentSnapshot?> GetAsync();

    /// <summary>Writes settings. The answer comes when they are stored; every silo uses them for new ends within 2 s.</summary>
    /// <param name="settings">Date and flags.</param>
    /// <param name="ifRevision">Write only over this revision; 0: only if there is none; null: over any.</param>
    /// <returns>What became of it, with all problems of the settings at once; a refusal is no exception.</returns>
    [Alias("Put"), ResponseTimeout("00:00:05")]
    Task<DeploymentWriteResult> PutAsync(CompatibilitySettings settings, long? ifRevision);

    /// <summary>
    /// Deletes the deployment. Ends that have its settings keep them; who names it from then on is refused, a silo for which it is
    /// <see cref="OrleansSocketsOptions.Deployment"/> included. The administration API asks first whether it is in use; this call does not.
    /// </summary>
    /// <param name="ifRevision">Delete only this revision; null: any.</param>
    /// <returns>What became of it, in <see cref="DeploymentWriteResult.Outcome"/>; a refusal is no exception.</returns>
    [Alias("Delete"), ResponseTimeout("00:00:05")]
    Task<DeploymentWriteResult> DeleteAsync(long? ifRevision);
}
