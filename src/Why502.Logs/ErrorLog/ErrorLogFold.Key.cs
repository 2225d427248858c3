using System.Text;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    /// <summary>Two keys: with and without what clients choose (path, host, method).</summary>
    private readonly record struct Keys(UInt128 Full, UInt128 Coarse);

    private static Keys KeysOf(ErrorLogRecord record, ErrorMessage known, string? route)
    {
        bool trusted = record.UpstreamIsTrusted;
        Fingerprint print = Fingerprint.New();
        Head(ref print, known, record.Errno, record.Code);
        Text(ref print, record.Ssl?.Reason);
        print.AddNumber((ulong)(record.Ssl?.Alert ?? -1));
        Text(ref print, record.Phase);
        Text(ref print, record.Server);
        Text(ref print, record.Listen);
        Text(ref print, trusted ? record.UpstreamScheme : null);
        Text(ref print, trusted ? record.UpstreamPeer : null);
        Text(ref print, record.ConfigFile);
        print.AddNumber((ulong)(record.ConfigLine ?? -1));
        UInt128 coarse = print.Value;
        Text(ref print, route);
        Text(ref print, record.Host);
        Text(ref print, record.Method);
        Text(ref print, record.Subrequest);
        return new Keys(print.Value, coarse);
    }

    /// <summary>The same keys from the line's bytes. Records that need decoding first (OpenSSL queue, configuration place) take the other way.</summary>
    private static Keys KeysOf(ReadOnlySpan<byte> line, in ErrorLogFields f, ErrorMessage known)
    {
        Fingerprint print = Fingerprint.New();
        Head(ref print, known, f.Errno, f.Code);
        print.AddNumber(0);
        print.AddNumber(unchecked((ulong)-1));
        Part(ref print, line, f.Phase);
        Part(ref print, line, f.Server);
        Part(ref print, line, f.Listen);
        Part(ref print, line, f.UpstreamIsTrusted ? f.Scheme : default);
        Part(ref print, line, f.UpstreamIsTrusted ? f.UpstreamPeer : default);
        print.AddNumber(0);
        print.AddNumber(unchecked((ulong)-1));
        UInt128 coarse = print.Value;
        ErrorLogLine.SplitRequest(f.Request.Of(line), out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        Span<byte> route = stackalloc byte[Routes.BytesMax];
        Part(ref print, uri.Length > 0 ? route[..Routes.Fold(uri, route)] : default);
        Part(ref print, line, f.Host);
        Part(ref print, method);
        Part(ref print, line, f.Subrequest);
        return new Keys(print.Value, coarse);
    }

    /// <summary>An empty method or route is an absent one.</summary>
    private static void Part(ref Fingerprint print, ReadOnlySpan<byte> part)
    {
        if (part.Length == 0)
        {
            print.AddNumber(0);
            return;
        }

        print.Add(part);
    }

    /// <summary>Counts a record whose group exists and needs no new sample; false when the whole record is wanted.</summary>
    internal bool TryCount(ReadOnlySpan<byte> line, in ErrorLogFields f) => TryCount(line, f, out _);

    /// <summary>The same, and what is alike to <paramref name="record"/> is counted by <see cref="TryCountLike"/> from then on.</summary>
    internal bool TryCount(ReadOnlySpan<byte> line, in ErrorLogFields f, in PlainRecord record)
    {
        if (!TryCount(line, f, out int decision))
        {
            return false;
        }

        if (decision != RecordMemo.Unknown)
        {
            _memo.Remember(record, decision);
        }

        return true;
    }

    /// <summary>Counts a record that agrees in everything that decides with one that was counted before.</summary>
    internal bool TryCountLike(in PlainRecord record, DateTime time, ReadOnlySpan<byte> line, in LogPosition at)
    {
        if (IsOutside(time))
        {
            return true;
        }

        int decision = _memo.Find(record);
        if (decision == RecordMemo.Unknown)
        {
            return false;
        }

        _records++;
        _belowWarn += record.IsBelowWarn ? 1 : 0;
        Widen(ref _first, ref _last, time);
        if (decision != Silent)
        {
            Group group = _inOrder[decision];
            if (WantsSample(group, time))
            {
                AddSample(group, new Sample(line.ToArray(), at, time));
            }

            CountOne(group, time, record.Connection);
        }

        return true;
    }

    private bool IsOutside(DateTime? time) => (from is { } start && time < start) || (to is { } end && time > end);

    private bool TryCount(ReadOnlySpan<byte> line, in ErrorLogFields f, out int decision)
    {
        decision = RecordMemo.Unknown;
        if (f.Known is not { } known || f.Ssl.Present || f.ConfigFile.Present || f.Connection is not { } connection || MayName(line, f))
        {
            return false;
        }

        if (IsOutside(f.Time))
        {
            return true;
        }

        bool below = IsBelowWarn(f.Level);
        if (below && known.Candidates.Count == 0)
        {
            _records++;
            _belowWarn++;
            Widen(ref _first, ref _last, f.Time);
            decision = Silent;
            return true;
        }

        Keys keys = KeysOf(line, f, known);
        bool found = _groups.TryGetValue(keys.Full, out Group? group) || (IsScarce && _groups.TryGetValue(keys.Coarse, out group));
        if (!found || WantsSample(group!, f.Time))
        {
            return false;
        }

        _records++;
        _belowWarn += below ? 1 : 0;
        Widen(ref _first, ref _last, f.Time);
        CountOne(group!, f.Time, connection);
        decision = group!.Number;
        return true;
    }

    /// <summary>A request that could be a forger's is looked at as a whole record.</summary>
    private static bool MayName(ReadOnlySpan<byte> line, in ErrorLogFields f) =>
        f.Request.Of(line).IndexOf("%0"u8) >= 0;

    private static void Head(ref Fingerprint print, ErrorMessage known, int? errno, int? code)
    {
        print.AddNumber((ulong)known.Ordinal);
        print.AddNumber((ulong)(errno ?? -1));
        print.AddNumber((ulong)(code ?? -1));
    }

    private static void Part(ref Fingerprint print, ReadOnlySpan<byte> line, Slice slice)
    {
        if (!slice.Present)
        {
            print.AddNumber(0);
            return;
        }

        ReadOnlySpan<byte> bytes = slice.Of(line);
        print.Add(bytes[..Math.Min(bytes.Length, KeyBytesMax)]);
    }

    private static void Text(ref Fingerprint print, string? text)
    {
        if (text is null)
        {
            print.AddNumber(0);
            return;
        }

        ReadOnlySpan<char> head = text.AsSpan(0, Math.Min(text.Length, KeyBytesMax));
        Span<byte> bytes = stackalloc byte[KeyBytesMax * 3];
        int length = Encoding.UTF8.GetBytes(head, bytes);
        print.Add(bytes[..Math.Min(length, KeyBytesMax)]);
    }

    /// <summary>Bytes of one part that tell groups apart.</summary>
    private const int KeyBytesMax = 256;
}
