using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class AccountsTests
{
    private static readonly Accounts Machine = new("www-data:x:33:33::/var/www:/bin/sh\n", "www-data:x:33:\nshop:x:1004:deploy,www-data\nadm:x:4:syslog\nbroken:x\n");

    [Fact]
    public void GroupsOf_AreThoseThatListTheUser() => Assert.Equal([1004], Machine.GroupsOf("www-data"));

    [Fact]
    public void GroupsOf_NobodysName_AreNone() => Assert.Empty(Machine.GroupsOf("www"));
}
