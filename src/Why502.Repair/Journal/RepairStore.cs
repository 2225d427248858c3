using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>
/// Where repairs are kept: a directory for each with its plan, copies of what it changes and its journal, and one lock for all. By systemd's
/// convention <c>$STATE_DIRECTORY</c>, else /var/lib/why502 for root and <c>~/.local/state/why502</c> for others.
/// </summary>
public sealed class RepairStore(string directory)
{
    /// <summary>Repairs shown and looked through, the newest first.</summary>
    public const int RepairsMax = 1000;

    private const uint PrivateDirectory = 0x1C0; // 0700
    private const uint PrivateFile = 0x180; // 0600
    private const int WouldBlock = 11;
    private const int Exists = 17;
    private const int HolderBytesMax = 64;
    private const int LockAttempts = 5;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(40);

    public string Directory { get; } = directory;

    private string Repairs => Path.Combine(Directory, "fixes");

    private const string RootsDirectory = "/var/lib/why502";

    private string LockPath => Path.Combine(Directory, "lock");

    /// <summary>Root keeps repairs on this machine, and these are another user's.</summary>
    public bool IsBesideRoots => Directory != RootsDirectory && System.IO.Directory.Exists(RootsDirectory);

    public static RepairStore OfThisUser()
    {
        if (Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } given && given.Split(':')[0] is var state && state.StartsWith('/'))
        {
            return new(state);
        }

        if (Libc.EffectiveUserId() == 0)
        {
            return new(RootsDirectory);
        }

        var home = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } own && own.StartsWith('/') ? own
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local/state");
        return new(Path.Combine(home, "why502"));
    }

    /// <summary>One repair at a time on a machine.</summary>
    /// <exception cref="StepFailedException">Another one is under way, or the directory cannot be made.</exception>
    public RepairLock Lock()
    {
        MakeDirectories(Repairs);
        var descriptor = WriteCalls.Open(LockPath, WriteCalls.OpenReadWrite | WriteCalls.OpenCreate | WriteCalls.OpenNoFollow | WriteCalls.OpenCloseOnExec, PrivateFile);
        if (descriptor < 0)
        {
            throw StepFailedException.OfCall($"cannot open {LockPath}");
        }

        if (!TryLock(descriptor, out var errno))
        {
            _ = WriteCalls.Close(descriptor);
            throw errno == WouldBlock
                ? new StepFailedException($"another why502 fix is under way (process {Holder() ?? "unknown"}); wait until it has ended")
                : StepFailedException.Of($"cannot lock {LockPath}", errno);
        }

        _ = WriteCalls.Truncate(descriptor, 0);
        AtomicFile.Write(descriptor, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), LockPath);
        return new(descriptor);
    }

    /// <summary>Whether a repair is under way now; read-only.</summary>
    public bool IsLocked()
    {
        using var file = FileCalls.Open(LockPath, out _);
        if (file is null)
        {
            return false;
        }

        var descriptor = (int)file.DangerousGetHandle();
        if (WriteCalls.Lock(descriptor, WriteCalls.LockExclusive | WriteCalls.LockNonBlocking) < 0)
        {
            return Marshal.GetLastPInvokeError() == WouldBlock;
        }

        return false;
    }

    /// <summary>All repairs whose plan was written, the newest first.</summary>
    public IReadOnlyList<StoredRepair> All()
        => [.. Directories().Select(StoredRepair.Read).OfType<StoredRepair>()];

    /// <summary>Repairs that were begun and neither kept nor taken back: somebody must decide, and until then nothing else is begun.</summary>
    /// <remarks>Asked whenever anybody looks at the machine: of the repairs that have ended only the journals are read, not the plans with their files.</remarks>
    public IReadOnlyList<StoredRepair> Unfinished() => [.. Directories().Where(path => !StoredRepair.HasEnded(path)).Select(StoredRepair.Read).OfType<StoredRepair>()];

    internal StoredRepair Begin(RepairPlan plan, DateTimeOffset now)
    {
        Sweep();
        for (var attempt = 0; ; attempt++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmss}{(attempt == 0 ? "" : $"-{attempt}")}");
            var path = Path.Combine(Repairs, id);
            if (WriteCalls.MakeDirectory(path, PrivateDirectory) == 0)
            {
                return StoredRepair.Begin(path, id, plan, now);
            }

            if (Marshal.GetLastPInvokeError() is var errno && errno != Exists)
            {
                throw StepFailedException.Of($"cannot make {path}", errno);
            }
        }
    }

    /// <summary>Directories without a plan: their repair was killed before it changed anything.</summary>
    private void Sweep()
    {
        foreach (var path in Directories())
        {
            if (StoredRepair.HasPlan(path))
            {
                continue;
            }

            foreach (var file in FileCalls.List(path, RepairsMax, out _) ?? [])
            {
                _ = WriteCalls.Unlink(Path.Combine(path, file));
            }

            _ = WriteCalls.RemoveDirectory(path);
        }
    }

    /// <summary>The newest first.</summary>
    private IEnumerable<string> Directories()
        => (FileCalls.List(Repairs, RepairsMax * 4, out _) ?? []).OrderDescending(StringComparer.Ordinal).Take(RepairsMax).Select(name => Path.Combine(Repairs, name));

    /// <summary>Somebody who only looks (<see cref="IsLocked"/>) holds it for an instant.</summary>
    private static bool TryLock(int descriptor, out int errno)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (WriteCalls.Lock(descriptor, WriteCalls.LockExclusive | WriteCalls.LockNonBlocking) == 0)
            {
                errno = 0;
                return true;
            }

            errno = Marshal.GetLastPInvokeError();
            if (errno != WouldBlock || attempt == LockAttempts)
            {
                return false;
            }

            Thread.Sleep(LockPause);
        }
    }

    private string? Holder() => FileCalls.ReadText(LockPath, HolderBytesMax) is { Length: > 0 } pid && pid.All(char.IsAsciiDigit) ? pid : null;

    private static void MakeDirectories(string path)
    {
        if (FileCalls.Status(path) is { IsDirectory: true })
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { Length: > 1 } parent)
        {
            MakeDirectories(parent);
        }

        if (WriteCalls.MakeDirectory(path, PrivateDirectory) < 0 && Marshal.GetLastPInvokeError() is var errno && errno != Exists)
        {
            throw StepFailedException.Of($"cannot make {path}", errno);
        }
    }
}

/// <summary>Held while a repair is under way. The kernel takes it back from a process that ends, however it ends.</summary>
public sealed class RepairLock : IDisposable
{
    private int descriptor;

    internal RepairLock(int descriptor) => this.descriptor = descriptor;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref descriptor, -1) is >= 0 and var held)
        {
            _ = WriteCalls.Close(held);
        }
    }
}
