using System.Runtime.InteropServices;

namespace Why502.Host.Machine;

internal enum AclTag
{
    Owner = 1,
    User = 2,
    OwningGroup = 4,
    Group = 8,
    Mask = 0x10,
    Other = 0x20,
}

/// <param name="Permissions">r 4, w 2, x 1.</param>
internal readonly record struct AclEntry(AclTag Tag, int Permissions, int Id);

/// <summary>The access ACL of a file: acl(5), stored as the extended attribute system.posix_acl_access.</summary>
internal sealed record PosixAcl(IReadOnlyList<AclEntry> Entries)
{
    public const string AttributeName = "system.posix_acl_access";

    /// <summary>struct posix_acl_xattr_header and its entries; little endian on every machine. Null when it is not version 2.</summary>
    public static PosixAcl? Parse(ReadOnlySpan<byte> attribute)
    {
        const int Version = 2;
        const int EntryBytes = 8;
        if (attribute.Length < 4 || (attribute.Length - 4) % EntryBytes != 0 || MemoryMarshal.Read<int>(attribute) != Version)
        {
            return null;
        }

        var entries = new List<AclEntry>();
        for (var rest = attribute[4..]; rest.Length > 0; rest = rest[EntryBytes..])
        {
            entries.Add(new((AclTag)MemoryMarshal.Read<ushort>(rest), MemoryMarshal.Read<ushort>(rest[2..]) & 7, MemoryMarshal.Read<int>(rest[4..])));
        }

        return new(entries);
    }

    /// <summary>
    /// Decides as posix_acl_permission() of the kernel does, for somebody who is not the owner: the first matching user,
    /// else a group that grants, both limited by the mask; a matching group that does not grant denies.
    /// </summary>
    public bool Allows(int uid, int owningGroup, IReadOnlyCollection<int> groups, int want)
    {
        var matchedGroup = false;
        foreach (var entry in Entries)
        {
            switch (entry.Tag)
            {
                case AclTag.User when entry.Id == uid:
                    return Grants(entry.Permissions & Mask, want);
                case AclTag.OwningGroup when groups.Contains(owningGroup):
                case AclTag.Group when groups.Contains(entry.Id):
                    matchedGroup = true;
                    if (Grants(entry.Permissions, want))
                    {
                        return Grants(entry.Permissions & Mask, want);
                    }

                    break;
                case AclTag.Other:
                    return !matchedGroup && Grants(entry.Permissions, want);
                default:
                    break;
            }
        }

        return false;
    }

    private int Mask
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.Tag == AclTag.Mask)
                {
                    return entry.Permissions;
                }
            }

            return 7;
        }
    }

    private static bool Grants(int permissions, int want) => (permissions & want) == want;

    /// <summary>getfacl's short form: <c>u::rwx,u:www-data:rw-,g::r-x,m::rwx,o::---</c>.</summary>
    public string ShortForm(Accounts accounts) => string.Join(',', Entries.Select(entry => entry.Tag switch
    {
        AclTag.Owner => "u::",
        AclTag.User => $"u:{accounts.User(entry.Id)}:",
        AclTag.OwningGroup => "g::",
        AclTag.Group => $"g:{accounts.Group(entry.Id)}:",
        AclTag.Mask => "m::",
        _ => "o::",
    } + Letters(entry.Permissions)));

    private static string Letters(int permissions)
        => string.Concat((permissions & 4) != 0 ? 'r' : '-', (permissions & 2) != 0 ? 'w' : '-', (permissions & 1) != 0 ? 'x' : '-');
}
