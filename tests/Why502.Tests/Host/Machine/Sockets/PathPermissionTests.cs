using Why502.Host.Kernel;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class PathPermissionTests
{
    private const int Worker = 33;
    private const int Other = 1000;
    private const int Group = 50;

    [Theory]
    [InlineData(0b110_000_000, Worker, false, true)]
    [InlineData(0b000_110_110, Worker, false, false)] // the owner's bits decide, even against him
    [InlineData(0b110_110_000, Other, true, true)]
    [InlineData(0b110_000_110, Other, true, false)] // so do the group's
    [InlineData(0b110_110_000, Other, false, false)]
    [InlineData(0b110_110_010, Other, false, true)]
    public void ModeBits_DecideByClass(uint mode, int owner, bool inGroup, bool allowed)
        => Assert.Equal(allowed, PathPermission.Allows(User(inGroup), File(mode, owner), null, PathPermission.Write));

    [Fact]
    public void NamedUser_IsLimitedByTheMask()
    {
        Assert.True(Allows(new(AclTag.User, 6, Worker), mask: 6));
        Assert.False(Allows(new(AclTag.User, 6, Worker), mask: 4));
    }

    [Fact]
    public void NamedGroup_Grants() => Assert.True(Allows(new(AclTag.Group, 6, Group), mask: 7, inGroup: true));

    [Fact]
    public void MatchingGroupThatDoesNotGrant_DeniesBeforeOther()
    {
        PosixAcl acl = new([new(AclTag.Owner, 7, -1), new(AclTag.OwningGroup, 0, -1), new(AclTag.Group, 4, Group), new(AclTag.Mask, 7, -1), new(AclTag.Other, 7, -1)]);

        Assert.False(PathPermission.Allows(User(true), File(0b111_111_111, Other), acl, PathPermission.Write));
    }

    [Fact]
    public void EmptyMask_MakesTheKernelIgnoreTheAcl()
    {
        PosixAcl acl = new([new(AclTag.Owner, 7, -1), new(AclTag.User, 7, Worker), new(AclTag.OwningGroup, 7, -1), new(AclTag.Mask, 0, -1), new(AclTag.Other, 2, -1)]);

        Assert.True(PathPermission.Allows(User(false), File(0b111_000_010, Other), acl, PathPermission.Write));
    }

    [Fact]
    public void Attribute_IsParsedAndPrinted()
    {
        byte[] attribute = [2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 2, 0, 6, 0, 33, 0, 0, 0, 4, 0, 5, 0, 255, 255, 255, 255, 16, 0, 7, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255];

        Assert.Equal("u::rwx,u:www-data:rw-,g::r-x,m::rwx,o::---", PosixAcl.Parse(attribute)!.ShortForm(new("www-data:x:33:33:::\n", "")));
        Assert.Null(PosixAcl.Parse(attribute.AsSpan(0, 9)));
    }

    [Theory]
    [InlineData(0b1_111_111_111, Other, 0, false)]
    [InlineData(0b1_111_111_111, Worker, 0, true)]
    [InlineData(0b1_111_111_111, Other, Other, true)]
    [InlineData(0b111_111_111, Other, 0, true)]
    public void LinkInAStickyDirectory_IsProtected(uint mode, int linkOwner, int directoryOwner, bool follows)
        => Assert.Equal(follows, PathPermission.MayFollow(User(false), File(0b111_111_111, linkOwner), File(mode, directoryOwner)));

    private static bool Allows(AclEntry entry, int mask, bool inGroup = false)
    {
        PosixAcl acl = new([new(AclTag.Owner, 7, -1), entry, new(AclTag.OwningGroup, 0, -1), new(AclTag.Mask, mask, -1), new(AclTag.Other, 0, -1)]);
        return PathPermission.Allows(User(inGroup), File(0b111_111_000, Other), acl, PathPermission.Write);
    }

    private static PathUser User(bool inGroup) => new(Worker, inGroup ? [Group, 7] : [8]);

    private static FileStatus File(uint mode, int owner) => new(0xC000 | mode, (uint)owner, 7, 1, 0, 0, 0, default);
}
