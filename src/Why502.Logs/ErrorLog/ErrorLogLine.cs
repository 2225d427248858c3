using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Why502.Logs;

/// <summary>Takes one error-log record apart (its grammar is nginx's ngx_log_error_core and ngx_http_log_error_handler).</summary>
public static partial class ErrorLogLine
{
    /// <summary>Parses a pasted line or fragment.</summary>
    public static ErrorLogRecord? Parse(string text) => TryParse(Encoding.UTF8.GetBytes(text), out ErrorLogRecord? record) ? record : null;

    /// <summary>True when the line begins a record of its own: a dated line, the <c>nginx: [level]</c> form, also behind a carrier's prefix.</summary>
    public static bool LooksLikeRecord(ReadOnlySpan<byte> line) => TryReadDate(line, out _);

    public static bool TryReadDate(ReadOnlySpan<byte> line, out DateTime time)
    {
        time = default;
        if (line.Length < 19 || line[4] != '/' || line[7] != '/' || line[10] != ' ' || line[13] != ':' || line[16] != ':')
        {
            return false;
        }

        Span<int> n = stackalloc int[6];
        ReadOnlySpan<byte> starts = [0, 5, 8, 11, 14, 17];
        for (int i = 0; i < 6; i++)
        {
            int width = i == 0 ? 4 : 2;
            for (int k = 0; k < width; k++)
            {
                int digit = line[starts[i] + k] - '0';
                if ((uint)digit > 9)
                {
                    return false;
                }

                n[i] = n[i] * 10 + digit;
            }
        }

        if (n[0] < 1 || n[1] is < 1 or > 12 || n[2] < 1 || n[2] > DateTime.DaysInMonth(n[0], n[1]) || n[3] > 23 || n[4] > 59 || n[5] > 60)
        {
            return false;
        }

        time = new DateTime(n[0], n[1], n[2], n[3], n[4], Math.Min(n[5], 59), DateTimeKind.Unspecified);
        return true;
    }

    public static bool TryParse(ReadOnlyMemory<byte> raw, [NotNullWhen(true)] out ErrorLogRecord? record)
    {
        record = null;
        if (!TryReadDate(raw.Span, out DateTime time))
        {
            return false;
        }

        record = new ErrorLogRecord { Time = time, RawBytes = raw, Message = Sanitizer.Line(raw.Span) };
        return true;
    }
}
