using System.Text;

namespace Why502.Host.Probes;

/// <summary>
/// A response header, byte by byte and no stricter than nginx (ngx_http_parse_status_line, ngx_http_parse_header_line): bare LF ends a line, a
/// field may lack its colon, and what nginx calls invalid is invalid. Memory does not grow with the header.
/// </summary>
/// <param name="hasStatusLine">False for a CGI header, whose status is a field (RFC 3875 §6.3.3).</param>
internal sealed class HttpHeaderParser(bool hasStatusLine)
{
    private const int NameCharsMax = 128;
    private const int ValueCharsMax = 256;
    private const string Protocol = "HTTP/";

    private readonly StringBuilder name = new();
    private readonly StringBuilder value = new();
    private State state = hasStatusLine ? State.Protocol : State.LineStart;
    private int protocolSeen;
    private int statusDigits;
    private int statusSoFar;
    private int? status;
    private long lineBytes;

    private enum State
    {
        Protocol,
        Version,
        BeforeStatus,
        Status,
        AfterStatus,
        Reason,
        LineStart,
        Name,
        Value,
        IgnoredLine,
        LastLineFeed,
        Done,
        Invalid,
    }

    public bool IsDone => state == State.Done;

    public bool IsInvalid => state == State.Invalid;

    /// <summary>Invalid from its very first line on: the peer does not speak HTTP.</summary>
    public bool IsOtherProtocol => IsInvalid && Fields == 0 && status is null;

    /// <summary>Of a CGI header without the field: 302 with a Location, else 200 (ngx_http_fastcgi_process_header).</summary>
    public int? Status => status ?? (hasStatusLine || !IsDone ? null : HasLocation ? 302 : 200);

    /// <summary>Bytes from the first one to the end of the blank line.</summary>
    public long Bytes { get; private set; }

    public int Fields { get; private set; }

    public string? LargestName { get; private set; }

    public long LargestBytes { get; private set; }

    public string? Server { get; private set; }

    public long? ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    public bool HasLocation { get; private set; }

    /// <summary>Takes bytes until the header ends; returns how many belonged to it.</summary>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && state is not (State.Done or State.Invalid))
        {
            Step(bytes[at++]);
            Bytes++;
            lineBytes++;
            if (lineEnded)
            {
                lineEnded = false;
                lineBytes = 0;
            }
        }

        return at;
    }

    private bool lineEnded;

    private void Step(byte b)
    {
        switch (state)
        {
            case State.Protocol:
                StepProtocol(b);
                break;
            case State.Version:
                state = b == ' ' ? State.BeforeStatus : b is (>= (byte)'0' and <= (byte)'9') or (byte)'.' ? State.Version : State.Invalid;
                break;
            case State.BeforeStatus or State.Status:
                StepStatus(b);
                break;
            case State.AfterStatus:
                // "HTTP/1.1 404.2 …" comes from IIS, and a status without a reason is legal (RFC 9112 §4).
                EndStatusLine(b, b is (byte)' ' or (byte)'.' ? State.Reason : State.Invalid);
                break;
            case State.Reason:
                EndStatusLine(b, State.Reason);
                break;
            case State.LineStart:
                StepLineStart(b);
                break;
            case State.Name:
                StepName(b);
                break;
            case State.Value:
                StepValue(b);
                break;
            case State.IgnoredLine:
                EndLine(b);
                break;
            case State.LastLineFeed:
                state = b == '\n' ? State.Done : State.Invalid;
                break;
        }
    }

    private void StepProtocol(byte b)
    {
        if (b != Protocol[protocolSeen])
        {
            state = State.Invalid;
        }
        else if (++protocolSeen == Protocol.Length)
        {
            state = State.Version;
        }
    }

    private void StepStatus(byte b)
    {
        if (b == ' ' && statusDigits == 0)
        {
            return;
        }

        if (b is < (byte)'0' or > (byte)'9')
        {
            state = State.Invalid;
            return;
        }

        state = State.Status;
        statusSoFar = (statusSoFar * 10) + (b - '0');
        if (++statusDigits == 3)
        {
            status = statusSoFar;
            state = State.AfterStatus;
        }
    }

    private void EndStatusLine(byte b, State otherwise)
    {
        if (b == '\n')
        {
            lineEnded = true;
            state = State.LineStart;
        }
        else if (b != '\r')
        {
            state = otherwise;
        }
    }

    private void StepLineStart(byte b)
    {
        name.Clear();
        value.Clear();
        switch (b)
        {
            case (byte)'\r':
                state = State.LastLineFeed;
                break;
            case (byte)'\n':
                state = State.Done;
                break;
            default:
                state = State.Name;
                StepName(b);
                break;
        }
    }

    private void StepName(byte b)
    {
        switch (b)
        {
            case (byte)':':
                state = State.Value;
                break;
            case (byte)'\r' or (byte)'\n':
                EndLine(b);
                break;
            case (byte)'/' when name.Length == 4 && name.ToString() == "HTTP":
                // A second status line inside the header is skipped (sw_ignore_line).
                state = State.IgnoredLine;
                break;
            case <= 0x20 or 0x7f:
                state = State.Invalid;
                break;
            default:
                Append(name, b, NameCharsMax);
                break;
        }
    }

    private void StepValue(byte b)
    {
        switch (b)
        {
            case 0:
                state = State.Invalid;
                break;
            case (byte)'\r' or (byte)'\n':
                EndLine(b);
                break;
            default:
                Append(value, b, ValueCharsMax);
                break;
        }
    }

    private void EndLine(byte b)
    {
        if (b != '\n')
        {
            return;
        }

        if (state != State.IgnoredLine)
        {
            EndField();
        }

        lineEnded = true;
        state = State.LineStart;
    }

    private void EndField()
    {
        Fields++;
        var field = name.ToString();
        var text = value.ToString().Trim();
        if (lineBytes + 1 > LargestBytes)
        {
            LargestBytes = lineBytes + 1;
            LargestName = field;
        }

        if (field.Equals("Server", StringComparison.OrdinalIgnoreCase))
        {
            Server = text;
        }
        else if (field.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            ContentLength = long.TryParse(text, out var length) && length >= 0 ? length : null;
        }
        else if (field.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            IsChunked = text.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);
        }
        else if (field.Equals("Location", StringComparison.OrdinalIgnoreCase))
        {
            HasLocation = true;
        }
        else if (!hasStatusLine && field.Equals("Status", StringComparison.OrdinalIgnoreCase))
        {
            status = text.Length >= 3 && int.TryParse(text.AsSpan(0, 3), out var code) ? code : null;
        }
    }

    private static void Append(StringBuilder text, byte b, int charsMax)
    {
        if (text.Length < charsMax)
        {
            text.Append((char)b);
        }
    }
}
