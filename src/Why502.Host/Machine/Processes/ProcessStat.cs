using System.Text;

namespace Why502.Host.Machine;

/// <summary>The fields of /proc/PID/stat that matter here (proc_pid_stat(5)).</summary>
/// <param name="StartTicks">Clock ticks between boot and the start of the process.</param>
internal readonly record struct ProcessStat(string Name, char State, int ParentPid, bool IsKernelThread, long StartTicks)
{
    private const long KernelThreadFlag = 0x00200000;

    /// <summary>Null when the bytes are not such a line. The name stands in parentheses and may itself hold any byte.</summary>
    public static ProcessStat? Parse(ReadOnlySpan<byte> line)
    {
        var open = line.IndexOf((byte)'(');
        var close = line.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 >= line.Length)
        {
            return null;
        }

        // After the name: state(3) ppid(4) … flags(9) … starttime(22).
        var rest = line[(close + 2)..];
        Span<Range> fields = stackalloc Range[21];
        if (Split(rest, fields) < 20
            || !int.TryParse(rest[fields[1]], out var parent)
            || !long.TryParse(rest[fields[6]], out var flags)
            || !long.TryParse(rest[fields[19]], out var ticks))
        {
            return null;
        }

        return new(Encoding.UTF8.GetString(line[(open + 1)..close]), (char)rest[0], parent, (flags & KernelThreadFlag) != 0, ticks);
    }

    private static int Split(ReadOnlySpan<byte> text, Span<Range> fields)
    {
        var count = 0;
        foreach (var range in text.Split((byte)' '))
        {
            if (count == fields.Length)
            {
                break;
            }

            fields[count++] = range;
        }

        return count;
    }
}
