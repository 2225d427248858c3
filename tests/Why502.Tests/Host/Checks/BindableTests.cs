using Why502.Host.Checks;
using Why502.Nginx.Checks;
using Xunit;

namespace Why502.Tests.Host.Checks;

public sealed class BindableTests
{
    [Theory]
    [InlineData("127.0.0.9")]
    [InlineData("0.0.0.0")]
    public void OwnAddress_IsBindable(string address) => Assert.Equal(Sight.Yes, new LiveCheckWorld(resolve: false).Bindable(address));

    /// <summary>192.0.2.0/24 is nobody's (RFC 5737).</summary>
    [Fact]
    public void ForeignAddress_IsNotAndSaysWhy()
    {
        var sight = new LiveCheckWorld(resolve: false).Bindable("192.0.2.1");
        Assert.True(sight.Fails);
        Assert.Equal("(99: Cannot assign requested address)", sight.Reason);
    }

    [Fact]
    public void NoAddress_IsNotJudged() => Assert.Equal(Sight.Unobserved, new LiveCheckWorld(resolve: false).Bindable("localhost"));
}
