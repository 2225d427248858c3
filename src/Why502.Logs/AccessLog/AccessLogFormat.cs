using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// A <c>log_format</c> compiled into a parser: the literals between the variables guide it, unknown variables are skipped by the literal behind them.
/// Values are read as the log module wrote them: <c>escape=default</c> and <c>json</c> cannot hold a bare quote, <c>none</c> can (ngx_http_log_module.c).
/// </summary>
public sealed partial class AccessLogFormat
{
    public const string CommonText = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent";
    public const string CombinedText = CommonText + " \"$http_referer\" \"$http_user_agent\"";

    /// <summary>Positions that are tried for one row before it is called malformed; only formats with bare free text need more than one.</summary>
    private const int TriesMax = 256;

    private static readonly byte[] Slash = "/"u8.ToArray();
    private readonly Part[] _parts;

    /// <summary>A variable and the literal in front of it; the last part may be a literal alone.</summary>
    internal readonly record struct Part(byte[] Literal, AccessVariable Variable, bool HasVariable);

    private AccessLogFormat(string text, EscapeMode escape)
    {
        (Text, Escape) = (text, escape);
        _parts = Split(text);
        foreach (Part part in _parts)
        {
            Fields |= AccessVariables.Field(part.Variable);
        }
    }

    /// <summary>Text of which the first byte behind a variable is: the literal there, or the slash of a path that follows without one (<c>$host$request_uri</c>).</summary>
    internal byte[] Behind(int part)
    {
        if (part + 1 >= _parts.Length)
        {
            return [];
        }

        return IsPathJoined(part) ? Slash : _parts[part + 1].Literal;
    }

    private bool IsPathJoined(int part) => part + 1 < _parts.Length && _parts[part + 1] is { Literal.Length: 0, HasVariable: true, Variable: AccessVariable.Uri };

    public static AccessLogFormat Combined { get; } = Compile(CombinedText, EscapeMode.Default);
    public string Text { get; }
    public EscapeMode Escape { get; }

    /// <summary>The fields that this format can fill.</summary>
    public AccessFields Fields { get; }

    /// <summary>The format in its parts, for a faster reader of it.</summary>
    internal ReadOnlySpan<Part> Parts => _parts;

    public static AccessLogFormat Compile(string formatText, EscapeMode escape = EscapeMode.Default) => new(formatText, escape);

    /// <summary>Whether the line is a row of this format.</summary>
    public bool Fits(ReadOnlySpan<byte> line)
    {
        AccessRow row = default;
        return TryParse(line, ref row);
    }

    public bool TryParse(ReadOnlySpan<byte> line, [NotNullWhen(true)] out AccessRecord? record)
    {
        AccessRow row = default;
        if (!TryParse(line, ref row))
        {
            record = null;
            return false;
        }

        record = ToRecord(line, row);
        return true;
    }

    internal bool TryParse(ReadOnlySpan<byte> line, ref AccessRow row)
    {
        line = line.TrimEnd((byte)'\r');
        int tries = TriesMax;
        return Match(line, 0, 0, ref row, ref tries);
    }

    private AccessRecord ToRecord(ReadOnlySpan<byte> line, in AccessRow row)
    {
        row.SplitRequest(line, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        return new AccessRecord
        {
            Time = row.TimeOf(line),
            Status = row.StatusCode(line),
            Method = Decoded(method),
            Path = uri.Length == 0 ? null : Decoded(Routes.PathOf(uri)),
            Host = Decoded(AccessRow.Plain(row.Host.Of(line))),
            ServerName = Decoded(AccessRow.Plain(row.ServerName.Of(line))),
            Client = Decoded(AccessRow.Plain(row.Client.Of(line))),
            Scheme = Decoded(AccessRow.Plain(row.Scheme.Of(line))),
            RequestTime = UpstreamList.Number(row.RequestTime.Of(line)) is >= 0 and double seconds ? seconds : null,
            BodyBytesSent = UpstreamList.Number(row.BodyBytes.Of(line)) is >= 0 and < 1e18 and double bytes ? (long)bytes : null,
            UpstreamAddrs = UpstreamList.Texts(row.UpstreamAddr.Of(line)),
            UpstreamStatuses = UpstreamList.Statuses(row.UpstreamStatus.Of(line)),
            UpstreamResponseTimes = UpstreamList.Seconds(row.UpstreamResponseTime.Of(line)),
            UpstreamHeaderTimes = UpstreamList.Seconds(row.UpstreamHeaderTime.Of(line)),
            UpstreamConnectTimes = UpstreamList.Seconds(row.UpstreamConnectTime.Of(line)),
            UpstreamBytesReceived = UpstreamList.Bytes(row.UpstreamBytesReceived.Of(line)),
            Origin = StatusOrigins.Of(line, row, Fields),
        };
    }

    private string? Decoded(ReadOnlySpan<byte> value)
    {
        if (value.Length == 0)
        {
            return null;
        }

        return Escape switch
        {
            EscapeMode.Json => Encoding.UTF8.GetString(FlatJson.Unescape(value)),
            EscapeMode.Default when value.Contains((byte)'\\') => Encoding.UTF8.GetString(UnescapeHex(value)),
            _ => Encoding.UTF8.GetString(value),
        };
    }

    /// <summary>Resolves <c>\xHH</c>.</summary>
    private static byte[] UnescapeHex(ReadOnlySpan<byte> value)
    {
        List<byte> bytes = new(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 3 < value.Length && value[i + 1] == 'x' && char.IsAsciiHexDigit((char)value[i + 2]) && char.IsAsciiHexDigit((char)value[i + 3]))
            {
                bytes.Add(Convert.ToByte(Encoding.ASCII.GetString(value.Slice(i + 2, 2)), 16));
                i += 3;
            }
            else
            {
                bytes.Add(value[i]);
            }
        }

        return [.. bytes];
    }

    /// <summary>Whether nothing tells where the first of two variables ends that follow each other: <c>$uri$is_args$args</c> is one text.</summary>
    private static bool IsOneText(AccessVariable first, AccessVariable second) => second == AccessVariable.Skip && first is AccessVariable.Skip or AccessVariable.Uri or AccessVariable.Host or AccessVariable.ServerName;

    private static Part[] Split(string text)
    {
        List<Part> parts = [];
        StringBuilder literal = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                literal.Append(text[i]);
                continue;
            }

            bool braces = text[i + 1] == '{';
            int start = i + (braces ? 2 : 1);
            int end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            AccessVariable variable = AccessVariables.Of(text[start..end]);
            if (!(literal.Length == 0 && parts.Count > 0 && IsOneText(parts[^1].Variable, variable)))
            {
                parts.Add(new Part(Encoding.UTF8.GetBytes(literal.ToString()), variable, true));
            }

            literal.Clear();
            i = braces && end < text.Length && text[end] == '}' ? end : end - 1;
        }

        parts.Add(new Part(Encoding.UTF8.GetBytes(literal.ToString()), AccessVariable.Skip, false));
        return [.. parts];
    }
}
