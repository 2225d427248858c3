using Why502.Cli.Commands.Config;
using Xunit;

namespace Why502.Tests.Cli.Config;

public sealed class CheckedFileTests
{
    [Theory]
    [InlineData("nginx.conf", "nginx.conf", "nginx.conf")]
    [InlineData("site/nginx.conf", "site/conf.d/a.conf", "site/conf.d/a.conf")]
    [InlineData("./site/nginx.conf", "site/nginx.conf", "./site/nginx.conf")]
    public void FilesBelowTheGivenOne_AreNamedAsItIs(string given, string found, string name) =>
        Assert.Equal(name, new CheckedFile(given, null, [], []).NameOf(Path.GetFullPath(found)));

    [Fact]
    public void FilesElsewhere_KeepTheirPath() => Assert.Equal("/etc/other.conf", new CheckedFile("site/nginx.conf", null, [], []).NameOf("/etc/other.conf"));
}
