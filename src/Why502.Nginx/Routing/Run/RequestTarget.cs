using System.Buffers;
using System.Globalization;
using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>A request line taken apart as ngx_http_parse_request_line does it; texts have one character per byte.</summary>
internal sealed class RequestTarget
{
    private static readonly SearchValues<char> HostLiteral =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-._~!$&'()*+,;=");

    private readonly string line;
    private int hostStart = -1;
    private int hostEnd;
    private int schemaEnd;
    private int uriStart;
    private int uriEnd;
    private int argsStart;
    private bool complex;
    private bool quoted;
    private bool emptyPath;

    private RequestTarget(string line) => this.line = line;

    /// <summary>400 or 505 when the line is refused, else 0.</summary>
    public int Refused { get; private set; }

    public string Method { get; private set; } = string.Empty;

    /// <summary>As r->http_version: 1001 for HTTP/1.1, 9 for HTTP/0.9.</summary>
    public int HttpVersion { get; private set; }

    /// <summary>The host of an absolute-form target, as written; null for any other.</summary>
    public string? Host => hostStart < 0 ? null : line[hostStart..hostEnd];

    /// <summary><c>$request_uri</c>.</summary>
    public string Unparsed => line[uriStart..uriEnd];

    /// <summary>An absolute-form target without a path: what came in may then not be sent on as it is.</summary>
    public bool IsUnparsedValid => !emptyPath;

    public bool IsQuoted { get; private set; }

    public bool HasPlus { get; private set; }

    /// <summary>The decoded and normalised path, and the arguments; false when nginx answers 400 (ngx_http_parse_complex_uri).</summary>
    public bool TryResolve(bool mergeSlashes, out string uri, out string args)
    {
        IsQuoted = quoted;
        var end = argsStart > 0 ? argsStart - 1 : uriEnd;
        args = argsStart > 0 ? line[argsStart..uriEnd] : string.Empty;
        uri = line[uriStart..end];
        if (!complex && !quoted && !emptyPath)
        {
            return true;
        }

        return new ComplexUri(line[uriStart..uriEnd], mergeSlashes, emptyPath).TryRead(this, out uri, out args);
    }

    public static RequestTarget Parse(string requestLine)
    {
        var target = new RequestTarget(requestLine);
        target.Refused = target.ReadMethod(out var at) ? target.ReadTarget(at) : 400;
        return target;
    }

    private bool ReadMethod(out int at)
    {
        for (at = 0; at < line.Length && line[at] != ' '; at++)
        {
            if (line[at] is not (>= 'A' and <= 'Z' or '_' or '-'))
            {
                return false;
            }
        }

        Method = line[..at];
        while (at < line.Length && line[at] == ' ')
        {
            at++;
        }

        return at < line.Length && Method.Length > 0;
    }

    private int ReadTarget(int at)
    {
        if (line[at] == '/')
        {
            uriStart = at;
            return ReadPath(at + 1);
        }

        if (!char.IsAsciiLetter(line[at]))
        {
            return 400;
        }

        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '+' or '-' or '.'))
        {
            at++;
        }

        if (string.CompareOrdinal(line, at, "://", 0, 3) != 0)
        {
            return 400;
        }

        schemaEnd = at;
        return ReadHost(at + 3);
    }

    private int ReadHost(int at)
    {
        hostStart = at;
        if (at < line.Length && line[at] == '[')
        {
            at = line.IndexOf(']', at);
            if (at < 0 || line.AsSpan(hostStart + 1, at - hostStart - 1).ContainsAnyExcept(HostLiteral))
            {
                return 400;
            }

            at++;
        }
        else
        {
            while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '.' or '-'))
            {
                at++;
            }
        }

        hostEnd = at;
        if (at < line.Length && line[at] == ':')
        {
            for (at++; at < line.Length && char.IsAsciiDigit(line[at]); at++)
            {
            }
        }

        return at >= line.Length ? 400 : AfterHost(at);
    }

    private int AfterHost(int at)
    {
        switch (line[at])
        {
            case '/':
                uriStart = at;
                return ReadPath(at + 1);
            case '?':
                uriStart = at;
                argsStart = at + 1;
                emptyPath = true;
                return ReadRest(at + 1);
            case ' ':
                // The single slash behind the scheme serves as the URI.
                uriStart = schemaEnd + 1;
                uriEnd = schemaEnd + 2;
                return ReadVersion(at);
            default:
                return 400;
        }
    }

    /// <summary>sw_after_slash_in_uri and sw_check_uri: is the path plain enough to be used as it came?</summary>
    private int ReadPath(int at)
    {
        var afterSlash = true;
        for (; at < line.Length; at++)
        {
            var c = line[at];
            switch (c)
            {
                case ' ':
                    uriEnd = at;
                    return ReadVersion(at);
                case '/':
                    if (afterSlash)
                    {
                        complex = true;
                        return ReadRest(at + 1);
                    }

                    afterSlash = true;
                    continue;
                case '.' when afterSlash:
                    complex = true;
                    return ReadRest(at + 1);
                case '%':
                    quoted = true;
                    return ReadRest(at + 1);
                case '?':
                    argsStart = at + 1;
                    return ReadRest(at + 1);
                case '#':
                    complex = true;
                    return ReadRest(at + 1);
                case '+':
                    // The state stays what it was: "/+." is still looked at as if it followed the slash.
                    HasPlus = true;
                    continue;
            }

            if (c is < ' ' or '\u007F')
            {
                return 400;
            }

            afterSlash = false;
        }

        return 400;
    }

    /// <summary>sw_uri: the rest is looked at when it is taken apart.</summary>
    private int ReadRest(int at)
    {
        for (; at < line.Length; at++)
        {
            switch (line[at])
            {
                case ' ':
                    uriEnd = at;
                    return ReadVersion(at);
                case '#':
                    complex = true;
                    break;
                case < ' ' or '\u007F':
                    return 400;
            }
        }

        return 400;
    }

    private int ReadVersion(int at)
    {
        var text = line.AsSpan(at).Trim(' ');
        if (text.IsEmpty)
        {
            HttpVersion = 9;
            return Method == "GET" ? 0 : 400;
        }

        if (!text.StartsWith("HTTP/") || text.Length < 8 || text[5] is < '1' or > '9')
        {
            return 400;
        }

        var dot = text[5..].IndexOf('.') + 5;
        if (dot <= 5 || !int.TryParse(text[5..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var major))
        {
            return 400;
        }

        if (major > 1)
        {
            return 505;
        }

        if (!int.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) || minor > 999)
        {
            return 400;
        }

        HttpVersion = (major * 1000) + minor;
        return 0;
    }

    /// <summary>ngx_http_parse_complex_uri.</summary>
    private sealed class ComplexUri(string text, bool mergeSlashes, bool emptyPath)
    {
        private enum State
        {
            Usual,
            Slash,
            Dot,
            DotDot,
        }

        private readonly StringBuilder path = new(text.Length + 1);
        private State state;
        private int at;

        public bool TryRead(RequestTarget target, out string uri, out string args)
        {
            uri = args = string.Empty;
            if (emptyPath)
            {
                path.Append('/');
            }

            while (at < text.Length)
            {
                var c = text[at++];
                var literal = false;
                if (c == '%')
                {
                    target.IsQuoted = true;
                    if (!TryDecode(target, ref c, ref literal))
                    {
                        return false;
                    }
                }

                if (literal)
                {
                    // A decoded %, # or ? is a character like any other.
                    state = State.Usual;
                    path.Append(c);
                }
                else if (c is '?' or '#')
                {
                    return EndPath() && Finish(c, out uri, out args);
                }
                else if (!Step(c, target))
                {
                    return false;
                }
            }

            return EndPath() && Finish('\0', out uri, out args);
        }

        private bool TryDecode(RequestTarget target, ref char c, ref bool literal)
        {
            if (at + 1 >= text.Length || !char.IsAsciiHexDigit(text[at]) || !char.IsAsciiHexDigit(text[at + 1]))
            {
                return false;
            }

            c = (char)byte.Parse(text.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += 2;
            literal = c is '%' or '#' or '?';
            if (c == '+')
            {
                target.HasPlus = true;
            }

            return c != '\0';
        }

        private bool Step(char c, RequestTarget target)
        {
            switch (c)
            {
                case '/':
                    return Slash();
                case '.' when state is State.Slash:
                    state = State.Dot;
                    break;
                case '.' when state is State.Dot:
                    state = State.DotDot;
                    break;
                case '+':
                    target.HasPlus = true;
                    state = State.Usual;
                    break;
                default:
                    state = State.Usual;
                    break;
            }

            path.Append(c);
            return true;
        }

        private bool Slash()
        {
            switch (state)
            {
                case State.Slash:
                    if (!mergeSlashes)
                    {
                        path.Append('/');
                    }

                    return true;
                case State.Dot:
                    path.Length--;
                    break;
                case State.DotDot:
                    if (!Up())
                    {
                        return false;
                    }

                    break;
                default:
                    path.Append('/');
                    break;
            }

            state = State.Slash;
            return true;
        }

        private bool EndPath()
        {
            switch (state)
            {
                case State.Dot:
                    path.Length--;
                    return true;
                case State.DotDot:
                    return Up();
                default:
                    return true;
            }
        }

        /// <summary>From behind <c>/x/..</c> to behind the slash before x; above the root is refused.</summary>
        private bool Up()
        {
            for (var i = path.Length - 4; i >= 0; i--)
            {
                if (path[i] == '/')
                {
                    path.Length = i + 1;
                    return true;
                }
            }

            return false;
        }

        private bool Finish(char end, out string uri, out string args)
        {
            uri = path.ToString();
            args = end == '?' ? text[at..] : string.Empty;
            var fragment = args.IndexOf('#');
            args = fragment < 0 ? args : args[..fragment];
            return true;
        }
    }
}
