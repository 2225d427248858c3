using System.Text;

namespace Why502.Logs;

/// <summary>
/// PHP-FPM's slow log (sapi/fpm/fpm/fpm_php_trace.c): a dated head, the script, then the stack with what PHP is in right now on top.
/// That top frame is what a slow worker waits for.
/// </summary>
internal sealed class PhpSlowLog
{
    private string? _pool;
    private int? _pid;
    private string? _script;
    private DateTime? _time;

    /// <summary>The event of a top frame; null for every other line.</summary>
    public AppLogEvent? Frame(ReadOnlySpan<byte> line, string file, int? number, DateTime? now)
    {
        if (line.StartsWith("script_filename = "u8))
        {
            _script = Sanitizer.Line(line[18..]);
            return null;
        }

        if (_script is { } script && line.StartsWith("[0x"u8))
        {
            _script = null;
            int end = line.IndexOf((byte)']');
            string frame = Redactor.Text(Sanitizer.Line(end < 0 ? line : line[(end + 1)..].Trim((byte)' ')));
            return new()
            {
                Kind = AppEventKind.SlowRequest,
                Line = new(file, number, _time, Redactor.Text(Sanitizer.Line(line))),
                Time = _time,
                Log = AppLogKind.PhpFpm,
                Pool = _pool,
                Source = _pool,
                Pid = _pid,
                Script = script,
                Text = $"a slow request of {script} is in {frame}",
            };
        }

        _script = null;
        if (line.StartsWith("["u8) && line.IndexOf("]  [pool "u8) > 0)
        {
            string head = Encoding.Latin1.GetString(line[..Math.Min(line.Length, 200)]);
            _pool = TextScan.Between(head, "[pool ", "]");
            _pid = (int?)TextScan.NumberAfter(head, "] pid ");
            _time = LogTime.TryRead(line, out DateTime found, out _, now) ? found : null;
        }

        return null;
    }
}
