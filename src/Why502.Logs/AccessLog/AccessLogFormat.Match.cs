using System.Buffers;

namespace Why502.Logs;

public sealed partial class AccessLogFormat
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789.-"u8);
    private static readonly SearchValues<byte> StatusListBytes = SearchValues.Create("0123456789-,: "u8);
    private static readonly SearchValues<byte> NumberListBytes = SearchValues.Create("0123456789.-,: "u8);

    private bool Match(ReadOnlySpan<byte> line, int index, int at, ref AccessRow row, ref int tries)
    {
        while (true)
        {
            Part part = _parts[index];
            if (!line[at..].StartsWith(part.Literal))
            {
                return false;
            }

            at += part.Literal.Length;
            if (!part.HasVariable)
            {
                return at == line.Length || line[at..].IndexOfAnyExcept((byte)' ', (byte)'\r') < 0;
            }

            byte[] next = Behind(index);
            bool last = index + 2 == _parts.Length && next.Length == 0;
            int end = last ? line.Length : FixedEnd(line, at, part, next);
            if (end >= 0)
            {
                if (!Fits(part.Variable, line[at..end]))
                {
                    return false;
                }

                row.Set(part.Variable, new Slice(at, end - at));
                at = end;
                index++;
                continue;
            }

            return next.Length > 0 && (MatchFreeText(line, index, at, part, next, ref row, ref tries) || (IsPathJoined(index) && MatchFreeText(line, index, at, part, Absent(index), ref row, ref tries)));
        }
    }

    /// <summary>Bare text may hold what follows it: every place where the rest fits is tried, nearest first, within a budget.</summary>
    private bool MatchFreeText(ReadOnlySpan<byte> line, int index, int at, Part part, byte[] next, ref AccessRow row, ref int tries)
    {
        for (int from = at; from <= line.Length && tries-- > 0;)
        {
            int hit = line[from..].IndexOf(next);
            if (hit < 0)
            {
                return false;
            }

            AccessRow attempt = row;
            int end = from + hit;
            attempt.Set(part.Variable, new Slice(at, end - at));
            // The colon of " : " ends no address.
            bool isJoint = part.Variable == AccessVariable.UpstreamAddr && end > at && line[end - 1] == ' ';
            if (!isJoint && Fits(part.Variable, line[at..end]) && Match(line, index + 1, end, ref attempt, ref tries))
            {
                row = attempt;
                return true;
            }

            from = end + 1;
        }

        return false;
    }

    /// <summary>What stands in place of a path that follows without a text, where the request has none (it was never read whole): nginx's dash, or nothing, and the text behind it.</summary>
    private byte[] Absent(int part) => Escape == EscapeMode.Default ? [(byte)'-', .. Behind(part + 1)] : Behind(part + 1);

    /// <summary>Where the value ends when that is certain: by its own form, or by a quote that it cannot hold. Else -1.</summary>
    private int FixedEnd(ReadOnlySpan<byte> line, int at, Part part, byte[] next)
    {
        ReadOnlySpan<byte> rest = line[at..];
        switch (part.Variable)
        {
            case AccessVariable.TimeLocal when rest.Length >= 26 && rest[2] == '/':
                return at + 26;
            case AccessVariable.TimeIso when rest.Length >= 25 && rest[10] == 'T':
                return at + (rest[19] == 'Z' ? 20 : 25);
            case AccessVariable.Status or AccessVariable.BodyBytes or AccessVariable.Msec or AccessVariable.RequestTime:
                int number = rest.IndexOfAnyExcept(NumberBytes);
                return number < 0 ? line.Length : at + number;
        }

        bool quoted = next.Length > 0 && next[0] == '"' && part.Literal is [.., (byte)'"'];
        if (quoted && Escape == EscapeMode.Default)
        {
            int quote = rest.IndexOf((byte)'"');
            return quote < 0 ? -1 : at + quote;
        }

        if (quoted && Escape == EscapeMode.Json)
        {
            return JsonStringEnd(line, at);
        }

        if (!AccessVariables.IsList(part.Variable) || quoted)
        {
            return -1;
        }

        // A socket's path may hold what follows it, as in $upstream_addr/$upstream_status.
        return part.Variable == AccessVariable.UpstreamAddr && next.Length > 0 && !rest[UpstreamList.UnquotedLength(rest)..].StartsWith(next)
            ? -1 : at + UpstreamList.UnquotedLength(rest, next, AccessVariables.IsNumbers(part.Variable));
    }

    private static int JsonStringEnd(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length)
        {
            int hit = line[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (hit < 0)
            {
                return -1;
            }

            at += hit;
            if (line[at] == '"')
            {
                return at;
            }

            at += 2;
        }

        return -1;
    }

    private static bool Fits(AccessVariable variable, ReadOnlySpan<byte> value) => variable switch
    {
        AccessVariable.Status => value.Length == 3 && value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0,
        AccessVariable.RemoteAddr => value.Length is > 0 and < 256 && !value.Contains((byte)' '),
        AccessVariable.RequestTime or AccessVariable.Msec or AccessVariable.BodyBytes => value.Length > 0 && value.IndexOfAnyExcept(NumberBytes) < 0,
        AccessVariable.TimeLocal => LogTime.TryReadAccess(value, out _, out _),
        AccessVariable.TimeIso => LogTime.TryReadIso(value, out _, out _, out _),
        AccessVariable.UpstreamStatus => value.IndexOfAnyExcept(StatusListBytes) < 0,
        AccessVariable.UpstreamResponseTime or AccessVariable.UpstreamHeaderTime or AccessVariable.UpstreamConnectTime or AccessVariable.UpstreamBytesReceived
            => value.IndexOfAnyExcept(NumberListBytes) < 0,
        _ => true,
    };
}
