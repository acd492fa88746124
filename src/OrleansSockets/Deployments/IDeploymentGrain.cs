using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>A deployment: the only writer of its settings.</summary>
[Alias("OrleansSockets.IDeploymentGrain")]
public interface IDeploymentGrain : IGrainWithStringKey
{
    /// <summary>The settings as they are; null: there is no such deployment.</summary>
    [Alias("Get"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<DeploymentSnapshot?> GetAsync();

    /// <summary>Writes settings. The answer comes when they are stored; every silo uses them for new ends within 2 s.</summary>
    /// <param name="settings">Date and flags.</param>
    /// <param name="ifRevision">Write only over this revision; 0: only if there is none; null: over any.</param>
    [Alias("Put"), ResponseTimeout("00:00:05")]
    Task<DeploymentWriteResult> PutAsync(CompatibilitySettings settings, long? ifRevision);

    /// <summary>Deletes the deployment. Ends that have its settings keep them.</summary>
    /// <param name="ifRevision">Delete only this revision; null: any.</param>
    [Alias("Delete"), ResponseTimeout("00:00:05")]
    Task<DeploymentWriteResult> DeleteAsync(long? ifRevision);
}
