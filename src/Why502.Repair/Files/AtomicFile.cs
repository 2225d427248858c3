using System.Runtime.InteropServices;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>
/// Puts one content in another's place, so that a reader at any moment, and after any crash, finds the one or the other. The new file is made
/// beside the old one with its owner, mode and attributes, synced, and the two change names (RENAME_EXCHANGE): so it is seen afterwards
/// whether what went out is what was expected, and a change that somebody made meanwhile is put back instead of lost.
/// </summary>
internal static unsafe class AtomicFile
{
    /// <summary>Configuration files beyond this are not edited.</summary>
    public const int BytesMax = 64 * 1024 * 1024;

    private const uint NewFileMode = 0x1A4; // 0644
    private const uint PrivateMode = 0x180; // 0600

    private const int NoEntry = 2;
    private const int Exists = 17;
    private const int InvalidArgument = 22;
    private const int NoSuchCall = 38;

    /// <summary>The content, or null when there is no such file.</summary>
    public static byte[]? Read(string path)
    {
        var bytes = FileCalls.Read(path, BytesMax, out var errno);
        return bytes is not null ? bytes.Length < BytesMax ? bytes : throw new StepFailedException($"{path} is larger than {BytesMax} bytes")
            : errno == NoEntry ? null
            : throw StepFailedException.Of($"cannot read {path}", errno);
    }

    /// <summary>The file behind links: it is edited, and the links stay.</summary>
    public static string Target(string path) => RootedPath.Own.Follow(path) ?? throw new StepFailedException($"{path}: its symbolic links go in a circle");

    /// <param name="path">Without links (see <see cref="Target"/>).</param>
    /// <param name="before">What is expected there; null when there must be no file.</param>
    /// <param name="after">Null removes the file.</param>
    /// <param name="mark">Of the transaction, for the name of the new file until it has its place.</param>
    public static void Change(string path, byte[]? before, byte[]? after, string mark)
    {
        Expect(path, Read(path), before);
        var made = Beside(path, mark);
        Remove(made);
        if (before is null)
        {
            Make(made, after!, attributes: null);
            PutNew(made, path);
        }
        else if (after is null)
        {
            Delete(path);
        }
        else
        {
            var status = FileCalls.Status(path) ?? throw new StepFailedException($"{path} has gone");
            Make(made, after, FileAttributes.Of(path, status));
            Exchange(made, path, before);
        }

        SyncDirectory(path);
    }

    /// <summary>Takes away what a transaction that was killed has left beside the file.</summary>
    public static void Clean(string path, string mark) => Remove(Beside(path, mark));

    /// <summary>A name with a dot in front: no <c>include</c> pattern finds it (glob(7)).</summary>
    public static string Beside(string path, string mark) => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.why502-{mark}");

    /// <summary>A file of our own, whole or not there at all.</summary>
    public static void WriteOwn(string path, ReadOnlySpan<byte> content)
    {
        var made = path + ".new";
        Remove(made);
        Make(made, content, attributes: null, PrivateMode);
        if (WriteCalls.Rename(made, path) < 0)
        {
            throw StepFailedException.OfCall($"cannot name {path}");
        }

        SyncDirectory(path);
    }

    public static void Write(int descriptor, ReadOnlySpan<byte> bytes, string path)
    {
        fixed (byte* start = bytes)
        {
            var written = 0;
            while (written < bytes.Length)
            {
                var count = WriteCalls.Write(descriptor, start + written, (nuint)(bytes.Length - written));
                if (count < 0)
                {
                    if (Marshal.GetLastPInvokeError() == Errno.Interrupted)
                    {
                        continue;
                    }

                    throw StepFailedException.OfCall($"cannot write {path}");
                }

                written += (int)count;
            }
        }
    }

    public static void SyncDirectory(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        var descriptor = WriteCalls.Open(directory, WriteCalls.OpenDirectory | WriteCalls.OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw StepFailedException.OfCall($"cannot open {directory}");
        }

        // Some file systems know no fsync of a directory (EINVAL): they keep their names otherwise.
        var failed = WriteCalls.Sync(descriptor) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument;
        var errno = Marshal.GetLastPInvokeError();
        _ = WriteCalls.Close(descriptor);
        if (failed)
        {
            throw StepFailedException.Of($"cannot sync {directory}", errno);
        }
    }

    private static void Make(string path, ReadOnlySpan<byte> content, FileAttributes? attributes, uint mode = NewFileMode)
    {
        // Nobody else may open it before it has its owner and mode.
        var descriptor = WriteCalls.Open(path, WriteCalls.OpenWriteOnly | WriteCalls.OpenCreate | WriteCalls.OpenExclusive | WriteCalls.OpenNoFollow | WriteCalls.OpenCloseOnExec, PrivateMode);
        if (descriptor < 0)
        {
            throw StepFailedException.OfCall($"cannot make a file in {Path.GetDirectoryName(path)}");
        }

        try
        {
            Write(descriptor, content, path);
            if (attributes is not null)
            {
                attributes.GiveTo(descriptor, path);
            }
            else if (WriteCalls.ChangeMode(descriptor, mode) < 0)
            {
                throw StepFailedException.OfCall($"cannot set the mode of {path}");
            }

            if (WriteCalls.Sync(descriptor) < 0)
            {
                throw StepFailedException.OfCall($"cannot sync {path}");
            }
        }
        catch
        {
            _ = WriteCalls.Unlink(path);
            throw;
        }
        finally
        {
            _ = WriteCalls.Close(descriptor);
        }
    }

    private static void PutNew(string made, string path)
    {
        if (WriteCalls.RenameAt(WriteCalls.AtCurrentDirectory, made, WriteCalls.AtCurrentDirectory, path, WriteCalls.RenameNoReplace) == 0)
        {
            return;
        }

        var errno = Marshal.GetLastPInvokeError();
        if (errno is InvalidArgument or NoSuchCall && Read(path) is null && WriteCalls.Rename(made, path) == 0)
        {
            return;
        }

        Remove(made);
        throw errno == Exists ? Changed(path) : StepFailedException.Of($"cannot make {path}", errno);
    }

    private static void Exchange(string made, string path, byte[] before)
    {
        if (WriteCalls.RenameAt(WriteCalls.AtCurrentDirectory, made, WriteCalls.AtCurrentDirectory, path, WriteCalls.RenameExchange) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno is InvalidArgument or NoSuchCall && Same(Read(path), before) && WriteCalls.Rename(made, path) == 0)
            {
                return;
            }

            Remove(made);
            throw StepFailedException.Of($"cannot replace {path}", errno);
        }

        // What came out is what was read for the diagnosis, or somebody wrote it since and gets it back.
        if (!Same(Read(made), before))
        {
            _ = WriteCalls.RenameAt(WriteCalls.AtCurrentDirectory, made, WriteCalls.AtCurrentDirectory, path, WriteCalls.RenameExchange);
            Remove(made);
            throw Changed(path);
        }

        SyncDirectory(path);
        Remove(made);
    }

    private static void Delete(string path)
    {
        if (WriteCalls.Unlink(path) < 0)
        {
            throw StepFailedException.OfCall($"cannot remove {path}");
        }
    }

    private static void Remove(string path)
    {
        // Looked at first: a read-only file system refuses to remove even what is not there.
        if (FileCalls.Status(path, follow: false, out _) is not null && WriteCalls.Unlink(path) < 0 && Marshal.GetLastPInvokeError() is var errno && errno != NoEntry)
        {
            throw StepFailedException.Of($"cannot remove {path}", errno);
        }
    }

    private static void Expect(string path, byte[]? found, byte[]? expected)
    {
        if (!Same(found, expected))
        {
            throw Changed(path);
        }
    }

    private static StepFailedException Changed(string path) => new($"{path} was changed by somebody else since it was read");

    /// <summary>Two contents, of which null is a file that is not there.</summary>
    public static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);
}
