namespace OrleansSockets.Hibernation;

/// <summary>A session whose sockets are parked.</summary>
[Alias("OrleansSockets.IHibernatingSession")]
internal interface IHibernatingSession : IGrainWithStringKey
{
    /// <summary>Something has come for one of its sockets, which are on that silo.</summary>
    [Alias("Wake"), ResponseTimeout("00:00:10")]
    Task WakeAsync(SiloAddress parkedOn);
}
