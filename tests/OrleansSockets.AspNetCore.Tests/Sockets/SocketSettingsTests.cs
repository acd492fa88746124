using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>The waits that follow options are as long as <see cref="EdgeOptions"/> says.</summary>
public sealed class SocketSettingsTests
{
    [Fact]
    public void From_Defaults_DerivedWaitsAreAsDocumented()
    {
        var settings = SocketSettings.From(new EdgeOptions(), FrameRole.Server, 0);

        Assert.Equal(TimeSpan.FromSeconds(5), settings.AnswerTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.TrailingTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.RoomTimeout);
    }

    [Fact]
    public void From_OptionsWithoutLimit_NeitherHaveTheDerivedWaits()
    {
        var settings = SocketSettings.From(
            new EdgeOptions { SendTimeout = TimeSpan.Zero, CloseTimeout = TimeSpan.Zero }, FrameRole.Server, 0);

        Assert.Equal(TimeSpan.Zero, settings.AnswerTimeout);
        Assert.Equal(TimeSpan.Zero, settings.TrailingTimeout);
    }
}
