using System.Text;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// What nearly every row of a format looks like: a host where the format begins with one, combined's beginning up to the size, texts in quotes, and behind them the values that nginx measures, each in its usual
/// width: three digits for a status, <c>0.000</c> for a time, one address. Most formats that log upstreams are made so. <see cref="UsualRows"/> reads it.
/// </summary>
internal sealed class UsualForm
{
    /// <summary>Combined's beginning: its time and its request are found from the row's first quote.</summary>
    private static readonly (string Literal, AccessVariable? Variable)[] Head =
    [
        ("", AccessVariable.RemoteAddr), (" - ", null), (" [", AccessVariable.TimeLocal), ("] \"", AccessVariable.Request), ("\" ", AccessVariable.Status), (" ", AccessVariable.BodyBytes),
    ];

    /// <summary>No such value in the format.</summary>
    public const int Absent = int.MinValue;

    /// <summary>The first quotes of the row, up to the one behind which the rest has its usual width.</summary>
    public int Quotes { get; private init; }

    /// <summary>All quotes of the row.</summary>
    public int RowQuotes { get; private init; }

    /// <summary>The rest when its values have no usual width, only blanks between them: then there are neither <see cref="Before"/> nor <see cref="Behind"/>.</summary>
    public TokenTail? Tail { get; private init; }

    /// <summary>The rest up to the address, or all of it when there is no address.</summary>
    public required FixedBytes Before { get; init; }

    /// <summary>The rest behind the address.</summary>
    public required FixedBytes Behind { get; init; }

    public bool HasAddress { get; private init; }

    /// <summary>A host and a blank stand in front.</summary>
    public bool HasHost { get; private init; }

    /// <summary>The host ends at the first colon, and a port that nobody asks for follows.</summary>
    public bool HasPort { get; private init; }

    /// <summary>The rest of a row that no upstream was asked for: dashes.</summary>
    public FixedBytes? WithoutUpstream { get; private init; }

    /// <summary>Where values stand: from the beginning of the rest, or below zero from the row's end. A row without an upstream has its request time there too, see <see cref="RequestTimeAlone"/>.</summary>
    public int Attempt { get; private set; } = Absent;

    public int ResponseTime { get; private set; } = Absent;

    public int HeaderTime { get; private set; } = Absent;

    public int ConnectTime { get; private set; } = Absent;

    public int RequestTime { get; private set; } = Absent;

    /// <summary>The request's time in a row that no upstream was asked for, from the beginning of the rest.</summary>
    public int RequestTimeAlone { get; private set; } = Absent;

    /// <summary>The form of a format's rows, or null when it is made otherwise.</summary>
    public static UsualForm? Of(AccessLogFormat format)
    {
        ReadOnlySpan<AccessLogFormat.Part> parts = format.Parts;
        int front = HostParts(parts);
        parts = parts[front..];
        if (format.Escape != EscapeMode.Default || parts.Length <= Head.Length)
        {
            return null;
        }

        for (int i = 0; i < Head.Length; i++)
        {
            if (Text(parts[i]) != (i == 0 && front > 0 ? " " : Head[i].Literal) || !parts[i].HasVariable || (Head[i].Variable is { } variable && parts[i].Variable != variable))
            {
                return null;
            }
        }

        int at = Head.Length;
        while (parts[at].HasVariable && parts[at].Variable == AccessVariable.Skip && Text(parts[at]) == (at == Head.Length ? " \"" : "\" \"") && parts[at + 1].Literal is [(byte)'"', ..])
        {
            at++;
        }

        int skipped = at - Head.Length;
        if (parts[1].Variable is not AccessVariable.Skip)
        {
            return null;
        }

        int literalFrom = skipped > 0 ? 1 : 0;
        int quotes = 2 + skipped * 2;
        return Rest(parts[at..], front, quotes, literalFrom) ?? Loose(parts[at..], front, quotes, literalFrom);
    }

    private static UsualForm? Loose(ReadOnlySpan<AccessLogFormat.Part> parts, int hostParts, int quotes, int literalFrom) => TokenTail.Of(parts, literalFrom) is { } tail
        ? new UsualForm { Quotes = quotes, RowQuotes = quotes, HasHost = hostParts > 0, HasPort = hostParts > 1, Tail = tail, Before = Fixed("", atEnd: false), Behind = Fixed("", atEnd: true) }
        : null;

    /// <summary>How many parts of the format a host in front of the client takes.</summary>
    private static int HostParts(ReadOnlySpan<AccessLogFormat.Part> parts)
    {
        if (parts.Length < 3 || parts[0].Literal.Length > 0 || parts[0].Variable is not (AccessVariable.Host or AccessVariable.ServerName))
        {
            return 0;
        }

        return Text(parts[1]) == ":" && parts[1].Variable == AccessVariable.Skip ? 2 : 1;
    }

    private static UsualForm? Rest(ReadOnlySpan<AccessLogFormat.Part> parts, int hostParts, int quotes, int literalFrom)
    {
        StringBuilder text = new();
        StringBuilder alone = new();
        Dictionary<AccessVariable, int> places = [];
        int requestAlone = Absent;
        int address = Absent;
        foreach (AccessLogFormat.Part part in parts)
        {
            string literal = Text(part)[literalFrom..];
            literalFrom = 0;
            text.Append(literal);
            alone.Append(literal);
            if (!part.HasVariable)
            {
                continue;
            }

            string? form = FormOf(part.Variable);
            if (form is null || literal.Length == 0 || !places.TryAdd(part.Variable, text.Length))
            {
                return null;
            }

            address = part.Variable == AccessVariable.UpstreamAddr ? text.Length : address;
            requestAlone = part.Variable == AccessVariable.RequestTime ? alone.Length : requestAlone;
            text.Append(form);
            alone.Append(part.Variable == AccessVariable.RequestTime ? form : "-");
        }

        int before = address == Absent ? text.Length : address;
        int behind = text.Length - before;
        if (before > FixedBytes.Most || behind > FixedBytes.Most || alone.Length > FixedBytes.Most || (quotes == 2 && text.Length > 0 && text[0] != ' '))
        {
            return null;
        }

        bool hasUpstream = places.Keys.Any(variable => variable != AccessVariable.RequestTime);
        int Place(AccessVariable variable) => !places.TryGetValue(variable, out int place) ? Absent : place < before ? place : place - text.Length;
        return new UsualForm
        {
            Quotes = quotes,
            RowQuotes = quotes + text.ToString().Count(letter => letter == '"'),
            HasHost = hostParts > 0,
            HasPort = hostParts > 1,
            HasAddress = address != Absent,
            Before = Fixed(text.ToString(0, before), atEnd: false),
            Behind = Fixed(text.ToString(before, behind), atEnd: true),
            WithoutUpstream = hasUpstream ? Fixed(alone.ToString(), atEnd: false) : null,
            Attempt = Place(AccessVariable.UpstreamStatus),
            ResponseTime = Place(AccessVariable.UpstreamResponseTime),
            HeaderTime = Place(AccessVariable.UpstreamHeaderTime),
            ConnectTime = Place(AccessVariable.UpstreamConnectTime),
            RequestTime = Place(AccessVariable.RequestTime),
            RequestTimeAlone = requestAlone,
        };
    }

    /// <summary>A letter for each digit; the address has no width of its own.</summary>
    private static string? FormOf(AccessVariable variable) => variable switch
    {
        AccessVariable.UpstreamAddr => "",
        AccessVariable.UpstreamStatus => "\0\0\0",
        AccessVariable.UpstreamResponseTime or AccessVariable.UpstreamHeaderTime or AccessVariable.UpstreamConnectTime or AccessVariable.RequestTime => "\0.\0\0\0",
        _ => null,
    };

    private static FixedBytes Fixed(string text, bool atEnd)
    {
        byte[] form = Encoding.Latin1.GetBytes(text.Replace('\0', '0'));
        bool[] isDigit = new bool[text.Length];
        for (int i = 0; i < isDigit.Length; i++)
        {
            isDigit[i] = text[i] == '\0';
        }

        return new FixedBytes(form, isDigit, atEnd);
    }

    private static string Text(AccessLogFormat.Part part) => Encoding.Latin1.GetString(part.Literal);
}
