using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Somebody whose rights are asked for: nginx's worker.</summary>
internal sealed record PathUser(int Uid, IReadOnlyCollection<int> Groups);

/// <summary>Decides what acl_permission_check() and generic_permission() of the kernel decide.</summary>
internal static class PathPermission
{
    public const int Search = 1;
    public const int Write = 2;

    public static bool Allows(PathUser user, FileStatus file, PosixAcl? acl, int want)
    {
        // CAP_DAC_OVERRIDE; for a directory it grants search without any x bit.
        if (user.Uid == 0)
        {
            return true;
        }

        if (unchecked((int)file.Uid) == user.Uid)
        {
            return Grants(file.Permissions >> 6, want);
        }

        // The group bits are the mask of an ACL; when they are empty the kernel does not look at the ACL at all.
        if (acl is not null && (file.Permissions & 0x38) != 0)
        {
            return acl.Allows(user.Uid, unchecked((int)file.Gid), user.Groups, want);
        }

        return user.Groups.Contains(unchecked((int)file.Gid)) ? Grants(file.Permissions >> 3, want) : Grants(file.Permissions, want);
    }

    /// <summary>
    /// may_follow_link(): with fs.protected_symlinks, a link in a sticky directory that everybody may write (/tmp) is
    /// followed only by its owner, or when the directory belongs to the link's owner.
    /// </summary>
    public static bool MayFollow(PathUser user, FileStatus link, FileStatus directory)
    {
        const uint StickyAndWorldWritable = 0x200 | 0x2;
        return unchecked((int)link.Uid) == user.Uid
            || (directory.Permissions & StickyAndWorldWritable) != StickyAndWorldWritable
            || directory.Uid == link.Uid;
    }

    private static bool Grants(uint bits, int want) => (bits & want) == want;
}
