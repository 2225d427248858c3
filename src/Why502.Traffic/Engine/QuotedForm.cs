using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// What the rows of a format look like in which quotes stand around every value or between any two of them, as in JSON: no value holds a bare quote, so the row's quotes tell where each value is.
/// <see cref="QuotedRows"/> reads it.
/// </summary>
internal sealed class QuotedForm
{
    private const int ValuesMax = 48;

    /// <summary>No such value in the format.</summary>
    public const int Absent = -1;

    private Dictionary<AccessVariable, int> _places = [];

    /// <summary>The text in front of each value, and behind the last; where it stands is pinned.</summary>
    public required Literal[] Literals { get; init; }

    /// <summary>Quotes in values are escaped by a backslash.</summary>
    public bool HasBackslashes { get; private init; }

    /// <summary>The values that are numbers of bytes.</summary>
    public required int[] Sizes { get; init; }

    /// <summary>Up to 32 bytes of known text that are found by a quote in them; what has none stands at an end of the row.</summary>
    /// <param name="Quotes">How many are in it.</param>
    /// <param name="Offset">Where the first one stands in the text; for what ends the row without one, its length: it is found by the newline.</param>
    public readonly record struct Literal(Vector256<byte> Text, Vector256<byte> Mask, int Length, int Quotes, int Offset);

    /// <summary>The number of a variable's value, or <see cref="Absent"/>.</summary>
    public int this[AccessVariable variable] => _places.TryGetValue(variable, out int place) ? place : Absent;

    /// <summary>The form of a format's rows, or null when it is made otherwise.</summary>
    public static QuotedForm? Of(AccessLogFormat format)
    {
        ReadOnlySpan<AccessLogFormat.Part> parts = format.Parts;
        if (format.Escape == EscapeMode.None || parts.Length is < 2 or > ValuesMax || parts[^1].HasVariable)
        {
            return null;
        }

        Literal[] literals = GC.AllocateArray<Literal>(parts.Length, pinned: true);
        List<int> sizes = [];
        Dictionary<AccessVariable, int> places = [];
        int quotes = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            byte[] text = parts[i].Literal;
            int quote = Array.IndexOf(text, (byte)'"');
            if (text.Length > Vector256<byte>.Count || (quote < 0 && i > 0 && i < parts.Length - 1) || (parts[i].HasVariable && !TryPlace(parts[i].Variable, i, places, sizes)))
            {
                return null;
            }

            literals[i] = new Literal(Padded(text, mask: false), Padded(text, mask: true), text.Length, text.AsSpan().Count((byte)'"'), quote < 0 ? text.Length : quote);
            quotes += literals[i].Quotes;
        }

        bool hasTime = places.ContainsKey(AccessVariable.TimeIso) != places.ContainsKey(AccessVariable.TimeLocal);
        bool hasOneHost = !places.ContainsKey(AccessVariable.Host) || !places.ContainsKey(AccessVariable.ServerName);
        if (quotes >= ScanBuffer.MarksOfRow || !hasTime || !hasOneHost || !places.ContainsKey(AccessVariable.Status) || AreJoined(parts, format.Escape))
        {
            return null;
        }

        return new QuotedForm { Literals = literals, HasBackslashes = format.Escape == EscapeMode.Json, Sizes = [.. sizes], _places = places };
    }

    /// <summary>Notes a variable whose value is asked for; false when it is one that the short way does not read, or comes again.</summary>
    private static bool TryPlace(AccessVariable variable, int value, Dictionary<AccessVariable, int> places, List<int> sizes)
    {
        switch (variable)
        {
            case AccessVariable.Skip or AccessVariable.Scheme:
                return true;
            case AccessVariable.BodyBytes:
                sizes.Add(value);
                return true;
            case AccessVariable.TimeIso or AccessVariable.TimeLocal or AccessVariable.Status or AccessVariable.Request or AccessVariable.RequestTime or AccessVariable.RemoteAddr
                or AccessVariable.Host or AccessVariable.ServerName or AccessVariable.UpstreamAddr or AccessVariable.UpstreamStatus or AccessVariable.UpstreamResponseTime
                or AccessVariable.UpstreamHeaderTime or AccessVariable.UpstreamConnectTime:
                return places.TryAdd(variable, value);
            default:
                return false;
        }
    }

    /// <summary>Whether a bare value stands where only its own form could tell its end: beside another one, or where a list may be.</summary>
    private static bool AreJoined(ReadOnlySpan<AccessLogFormat.Part> parts, EscapeMode escape)
    {
        for (int i = 0; i < parts.Length - 1; i++)
        {
            bool isQuoted = parts[i].Literal is [.., (byte)'"'] && parts[i + 1].Literal is [(byte)'"', ..];
            if ((!isQuoted && AccessVariables.IsList(parts[i].Variable)) || (i > 0 && parts[i].Literal.Length == 0) || (!isQuoted && escape == EscapeMode.Default && parts[i + 1].Literal.Length == 0))
            {
                return true;
            }
        }

        return false;
    }

    private static Vector256<byte> Padded(byte[] text, bool mask)
    {
        Span<byte> bytes = stackalloc byte[Vector256<byte>.Count];
        bytes.Clear();
        text.CopyTo(bytes);
        if (mask)
        {
            bytes[..text.Length].Fill(0xFF);
        }

        return Vector256.Create<byte>(bytes);
    }
}
