using OrleansSockets.Sessions;

namespace OrleansSockets.Host.Rooms;

/// <summary>A chat room; its key is its name.</summary>
[Alias("OrleansSockets.Host.IRoom")]
public interface IRoom : IWebSocketSession;
