using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public sealed class PackageLogTextTests
{
    [Fact]
    public void AptsHistory_NamesBothVersionsOfEachUpgrade()
    {
        var found = PackageLogText.Read("Start-Date: 2026-02-11  06:10:22\nCommandline: apt upgrade\nUpgrade: tzdata:amd64 (2025b-0, 2026a-0), nginx:amd64 (1.28.2-1, 1.30.0-1), libssl3:amd64 (3.0.15-1, 3.0.16-1)\nEnd-Date: 2026-02-11  06:10:31").ToList();
        Assert.Equal([("nginx", "1.28.2-1", "1.30.0-1"), ("libssl3", "3.0.15-1", "3.0.16-1")], found.Select(row => (row.Entry.Package, row.Entry.Before!, row.Entry.After)));
        Assert.All(found, row => Assert.Equal((3, new DateTime(2026, 2, 11, 6, 10, 22)), (row.Line, row.Entry.Time)));
    }

    [Fact]
    public void DpkgsLog_IsReadLineByLine()
    {
        var (entry, line) = Assert.Single(PackageLogText.Read("2026-02-11 06:10:23 status installed tzdata:all 2026a-0\n2026-02-11 06:10:24 upgrade nginx:amd64 1.28.2-1 1.30.0-1\n2026-02-11 06:10:24 upgrade tzdata:all 2025b-0 2026a-0"));
        Assert.Equal(("nginx", "1.28.2-1", 2), (entry.Package, entry.Before, line));
    }

    [Theory]
    [InlineData("Upgrade: nginx:amd64 (1.28.2-1, 1.30.0-1)")]
    [InlineData("Start-Date: yesterday\nUpgrade: nginx:amd64 (1.28.2-1, 1.30.0-1)")]
    [InlineData("upgrade nginx to 1.30.0")]
    public void WithoutATime_NothingIsKnown(string text) => Assert.Empty(PackageLogText.Read(text));
}
