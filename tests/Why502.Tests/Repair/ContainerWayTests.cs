using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

/// <summary>Which file of this machine a container's nginx reads.</summary>
public sealed class ContainerWayTests
{
    private const string Ours = """
        22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
        30 22 254:2 / /srv rw,relatime shared:2 - ext4 /dev/vda2 rw
        31 22 0:40 / /run rw - tmpfs tmpfs rw
        """;

    private const string Theirs = """
        500 400 0:99 / / rw,relatime - overlay overlay rw
        501 500 254:1 /home/shop/nginx/conf.d /etc/nginx/conf.d ro,relatime - ext4 /dev/vda1 rw
        502 500 254:2 /shop/nginx.conf /etc/nginx/nginx.conf ro,relatime - ext4 /dev/vda2 rw
        503 500 0:77 / /run rw - tmpfs tmpfs rw
        """;

    [Theory]
    [InlineData("/etc/nginx/conf.d/shop.conf", "/home/shop/nginx/conf.d/shop.conf")]
    [InlineData("/etc/nginx/nginx.conf", "/srv/shop/nginx.conf")]
    [InlineData("/etc/nginx/mime.types", null)]
    [InlineData("/run/x.conf", null)]
    public void File_IsWhereItIsMountedFrom(string inside, string? outside) => Assert.Equal(outside, ContainerWay.HostPath(inside, Theirs, Ours));
}
