using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansSockets.Sessions;

namespace Orleans.Hosting;

/// <summary>Tells the cluster what a silo is for.</summary>
public static class NodeRoleExtensions
{
    /// <summary>Sets the role, as silo metadata that the others see.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="role">The role.</param>
    public static ISiloBuilder UseNodeRole(this ISiloBuilder builder, NodeRole role)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseSiloMetadata(new Dictionary<string, string> { [SessionPlacement.RoleKey] = role.ToString() });
    }
}
