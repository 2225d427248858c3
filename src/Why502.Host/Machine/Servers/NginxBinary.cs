using System.Text;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// Finds out what an nginx binary was built with. The text of <c>nginx -V</c> stands in the file as it is printed, so the
/// file is read and not run: a process may call itself nginx and be anybody's program, and why502 may run as root. Only
/// when the text is not found, and only a program that nobody but root could have written, is run.
/// </summary>
internal sealed class NginxBinary
{
    private const int BinaryBytesMax = 64 * 1024 * 1024;
    private const int TextBytesMax = 64 * 1024;

    private static readonly byte[][] Marks = ["nginx version: "u8.ToArray(), "Angie version: "u8.ToArray(), "Tengine version: "u8.ToArray(), "freenginx version: "u8.ToArray(), "configure arguments:"u8.ToArray()];

    private readonly Dictionary<string, NginxBuild?> known = [];

    /// <summary>Built-in facts of the file at <paramref name="path"/>, which may be /proc/PID/exe.</summary>
    public async Task<NginxBuild?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (FileCalls.Status(path) is not { IsRegular: true } status)
        {
            return null;
        }

        var key = $"{status.DeviceMajor}:{status.DeviceMinor}:{status.Inode}";
        if (!known.TryGetValue(key, out var build))
        {
            build = FromBytes(path) ?? await FromRunAsync(path, status, cancellation).ConfigureAwait(false);
            known[key] = build;
        }

        return build;
    }

    internal static NginxBuild? FromBytes(string path) => FileCalls.Read(path, BinaryBytesMax) is { } bytes ? NginxBuild.Parse(PrintedText(bytes)) : null;

    /// <summary>The strings of a binary that begin with one of the lines of <c>-V</c>; each ends with NUL.</summary>
    internal static string PrintedText(ReadOnlySpan<byte> binary)
    {
        var text = new StringBuilder();
        foreach (var mark in Marks)
        {
            var at = binary.IndexOf(mark);
            if (at >= 0)
            {
                var found = binary.Slice(at, Math.Min(TextBytesMax, binary.Length - at));
                var end = found.IndexOf((byte)0);
                text.Append(Encoding.UTF8.GetString(end < 0 ? found : found[..end])).Append('\n');
            }
        }

        return text.ToString();
    }

    private static async Task<NginxBuild?> FromRunAsync(string path, FileStatus status, CancellationToken cancellation)
    {
        const uint WritableByOthers = 0x12;
        if (status.Uid != 0 || (status.Permissions & WritableByOthers) != 0)
        {
            return null;
        }

        var run = await Programs.RunAsync(path, ["-V"], TimeSpan.FromSeconds(1), TextBytesMax, cancellation).ConfigureAwait(false);
        return run.Failure is null ? NginxBuild.Parse(run.Error + "\n" + run.Output) : null;
    }
}
