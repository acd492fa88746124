namespace OrleansSockets.Deployments;

/// <summary>
/// The newest that is known of each deployment, deleted ones included. It does not matter in which order, how often or from whom one hears
/// of a write.
/// </summary>
internal sealed class NewestDeployments
{
    private readonly Dictionary<string, DeploymentEntry> _entries = new(StringComparer.Ordinal);

    public IReadOnlyCollection<DeploymentEntry> All => _entries.Values;

    public DeploymentEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>False: this one, or a newer one, is known already.</summary>
    public bool Add(DeploymentEntry entry)
    {
        if (!entry.IsNewerThan(Find(entry.Name)))
        {
            return false;
        }

        _entries[entry.Name] = entry;
        return true;
    }

    /// <summary>False: nothing of it was new.</summary>
    public bool AddAll(IEnumerable<DeploymentEntry> entries)
    {
        var any = false;
        foreach (var entry in entries)
        {
            any |= Add(entry);
        }

        return any;
    }
}
