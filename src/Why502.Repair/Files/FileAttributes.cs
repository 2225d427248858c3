using System.Runtime.InteropServices;
using System.Text;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>Owner, mode, ACLs and extended attributes of a file, to be given to the file that takes its place.</summary>
internal sealed unsafe class FileAttributes
{
    private const int NamesBytesMax = 64 * 1024;
    private const int ValueBytesMax = 64 * 1024;

    private const int NoData = 61;
    private const int NotSupported = 95;

    private readonly FileStatus status;
    private readonly List<(string Name, byte[] Value)> extended;

    private FileAttributes(FileStatus status, List<(string Name, byte[] Value)> extended)
    {
        this.status = status;
        this.extended = extended;
    }

    public static FileAttributes Of(string path, FileStatus status)
    {
        var extended = new List<(string, byte[])>();
        foreach (var name in Names(path))
        {
            if (Value(path, name) is { } value)
            {
                extended.Add((name, value));
            }
        }

        return new(status, extended);
    }

    /// <summary>Gives an open, new file all of it. The owner first: chown(2) clears set-id bits; the ACL last: chmod(2) changes its mask.</summary>
    public void GiveTo(int descriptor, string path)
    {
        if (WriteCalls.ChangeOwner(descriptor, status.Uid, status.Gid) < 0)
        {
            throw StepFailedException.OfCall($"cannot give {path} its owner {status.Uid}:{status.Gid}");
        }

        if (WriteCalls.ChangeMode(descriptor, status.Permissions) < 0)
        {
            throw StepFailedException.OfCall($"cannot give {path} its mode {status.ModeText}");
        }

        foreach (var (name, value) in extended)
        {
            fixed (byte* start = value)
            {
                if (WriteCalls.SetAttribute(descriptor, name, start, (nuint)value.Length, 0) < 0 && Marshal.GetLastPInvokeError() != NotSupported)
                {
                    throw StepFailedException.OfCall($"cannot give {path} its attribute {name}");
                }
            }
        }
    }

    private static List<string> Names(string path)
    {
        var buffer = new byte[NamesBytesMax];
        nint length;
        fixed (byte* start = buffer)
        {
            length = WriteCalls.ListAttributes(path, start, NamesBytesMax);
        }

        if (length < 0)
        {
            return Marshal.GetLastPInvokeError() == NotSupported ? [] : throw StepFailedException.OfCall($"cannot list the attributes of {path}");
        }

        return [.. Encoding.UTF8.GetString(buffer, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static byte[]? Value(string path, string name)
    {
        var buffer = new byte[ValueBytesMax];
        nint length;
        fixed (byte* start = buffer)
        {
            length = WriteCalls.GetAttribute(path, name, start, ValueBytesMax);
        }

        if (length < 0)
        {
            return Marshal.GetLastPInvokeError() is NoData or NotSupported ? null : throw StepFailedException.OfCall($"cannot read the attribute {name} of {path}");
        }

        return buffer[..(int)length];
    }
}
