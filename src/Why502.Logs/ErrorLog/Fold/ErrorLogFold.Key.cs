using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    /// <summary>Bytes of one part that tell groups apart.</summary>
    private const int KeyBytesMax = 256;

    /// <summary>The key without what clients choose (path, host, method); the full key goes on from it.</summary>
    private static Fingerprint CoarseOf(ErrorLogRecord record, ErrorMessage known) =>
        CoarseOf(MessageOf(record, known), PartOf(record.Server), record.UpstreamIsTrusted ? UpstreamOf(record.UpstreamScheme, record.UpstreamPeer) : 0);

    internal static Fingerprint CoarseOf(Fingerprint message, ulong server, ulong upstream)
    {
        message.AddNumber(server);
        message.AddNumber(upstream);
        return message;
    }

    /// <summary>What the message says, and what stands in the line beside server and upstream.</summary>
    private static Fingerprint MessageOf(ErrorLogRecord record, ErrorMessage known)
    {
        Fingerprint print = Head(known, record.Errno, record.Code);
        print.AddNumber(PartOf(record.Ssl?.Reason));
        print.AddNumber((ulong)(record.Ssl?.Alert ?? -1));
        print.AddNumber(PartOf(record.Phase));
        print.AddNumber(PartOf(record.Listen));
        print.AddNumber(PartOf(record.ConfigFile));
        print.AddNumber((ulong)(record.ConfigLine ?? -1));
        return print;
    }

    /// <summary>The same from the line's bytes. Records that need decoding first (OpenSSL queue, configuration place, bytes that are not plain text) take the other way.</summary>
    private static Fingerprint MessageOf(ReadOnlySpan<byte> line, in ErrorLogFields f, ErrorMessage known)
    {
        Fingerprint print = Head(known, f.Errno, f.Code);
        print.AddNumber(0);
        print.AddNumber(unchecked((ulong)-1));
        print.AddNumber(PartOf(line, f.Phase));
        print.AddNumber(PartOf(line, f.Listen));
        print.AddNumber(0);
        print.AddNumber(unchecked((ulong)-1));
        return print;
    }

    private static Fingerprint CoarseOf(ReadOnlySpan<byte> line, in ErrorLogFields f, Fingerprint message) =>
        CoarseOf(message, PartOf(line, f.Server), f.UpstreamIsTrusted ? UpstreamOf(PartOf(line, f.Scheme), PartOf(line, f.UpstreamPeer)) : 0);

    /// <summary>The part of a key that stands for the upstream.</summary>
    internal static ulong UpstreamOf(string? scheme, string? peer) => UpstreamOf(PartOf(scheme), PartOf(peer));

    private static ulong UpstreamOf(ulong scheme, ulong peer) => scheme == 0 && peer == 0 ? 0 : Bytes.Mix(scheme, peer);

    private static Fingerprint FullOf(ReadOnlySpan<byte> line, in ErrorLogFields f, Fingerprint coarse)
    {
        ErrorLogLine.SplitRequest(f.Request.Of(line), out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        Span<byte> route = stackalloc byte[Routes.BytesMax];
        return FullOf(coarse, uri.Length > 0 ? PartOf(route[..Routes.Fold(uri, route)]) : 0, PartOf(line, f.Host), method.Length > 0 ? MethodOf(method) : 0, PartOf(line, f.Subrequest));
    }

    private static Fingerprint FullOf(Fingerprint coarse, ulong route, ulong host, ulong method, ulong subrequest)
    {
        coarse.AddNumber(route);
        coarse.AddNumber(host);
        coarse.AddNumber(method ^ BitOperations.RotateLeft(subrequest, 32));
        return coarse;
    }

    private static Fingerprint Head(ErrorMessage known, int? errno, int? code)
    {
        Fingerprint print = Fingerprint.New();
        print.AddNumber((ulong)known.Ordinal);
        print.AddNumber((ulong)(errno ?? -1));
        print.AddNumber((ulong)(code ?? -1));
        return print;
    }

    /// <summary>An absent part is 0; an empty one is not.</summary>
    private static ulong PartOf(ReadOnlySpan<byte> line, Slice part) => part.Present ? PartOf(part.Of(line)) : 0;

    private static ulong PartOf(ReadOnlySpan<byte> part) => Fingerprint.Of(part[..Math.Min(part.Length, KeyBytesMax)]);

    internal static ulong PartOf(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        ReadOnlySpan<char> head = text.AsSpan(0, Math.Min(text.Length, KeyBytesMax));
        Span<byte> bytes = stackalloc byte[KeyBytesMax * 3];
        return PartOf(bytes[..Encoding.UTF8.GetBytes(head, bytes)]);
    }

    private static ulong MethodOf(string? method) => method is null ? 0 : MethodOf(Encoding.UTF8.GetBytes(method));

    /// <summary>As <see cref="PlainRequest.Method"/>.</summary>
    private static ulong MethodOf(ReadOnlySpan<byte> method)
    {
        if (method.Length > sizeof(ulong))
        {
            return PartOf(method);
        }

        Span<byte> word = stackalloc byte[sizeof(ulong)];
        word.Clear();
        method.CopyTo(word);
        return MemoryMarshal.Read<ulong>(word);
    }

    private bool IsOutside(DateTime? time) => (from is { } start && time < start) || (to is { } end && time > end);

    /// <summary>Counts a record whose group exists and needs no new sample; false when the whole record is wanted.</summary>
    internal bool TryCount(ReadOnlySpan<byte> line, in ErrorLogFields f)
    {
        if (f.Known is not { } known || f.Ssl.Present || f.ConfigFile.Present || f.Connection is null || MayName(line, f)
            || line[^1] == ' ' || line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
        {
            return false;
        }

        if (IsOutside(f.Time))
        {
            return true;
        }

        bool below = IsBelowWarn(f.Level);
        int number = GroupIndex.None;
        if (!below || known.Candidates.Count > 0)
        {
            Fingerprint message = MessageOf(line, f, known);
            Fingerprint coarse = CoarseOf(line, f, message);
            number = Find(message, coarse, FullOf(line, f, coarse));
            if (number < 0 || WantsSample(number, f.Time.Ticks))
            {
                return false;
            }
        }

        _records++;
        _belowWarn += below ? 1 : 0;
        _span.Add(f.Time.Ticks);
        if (number >= 0)
        {
            Count(number, f.Time);
        }

        return true;
    }

    /// <summary>A request that could be a forger's is looked at as a whole record.</summary>
    private static bool MayName(ReadOnlySpan<byte> line, in ErrorLogFields f) =>
        f.Request.Of(line).IndexOf("%0"u8) >= 0;
}
