using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Why502.Host.Probes;

/// <summary>What one DNS answer says (RFC 1035 §4.1).</summary>
/// <param name="Aliases">CNAME chain: owner to target, names without the trailing dot.</param>
internal sealed record DnsReply(int Code, bool Truncated, IReadOnlyList<(string Owner, IPAddress Address, int Ttl)> Addresses, IReadOnlyDictionary<string, string> Aliases);

/// <summary>Queries and answers on the wire. An answer is hostile input: every pointer goes backwards and every read is bounded.</summary>
internal static class DnsMessage
{
    public const ushort TypeA = 1;
    public const ushort TypeAaaa = 28;

    private const ushort TypeCname = 5;
    private const ushort ClassInternet = 1;
    private const int HeaderBytes = 12;
    private const int NameBytesMax = 255;
    private const int RecordsMax = 256;

    /// <returns>Null when the name is no domain name (RFC 1035 §2.3.4).</returns>
    public static byte[]? Query(ushort id, string name, ushort type)
    {
        var query = new List<byte>(64) { (byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            var bytes = Encoding.ASCII.GetBytes(label);
            if (bytes.Length is 0 or > 63 || label.Any(c => c > 0x7e || c <= ' '))
            {
                return null;
            }

            query.Add((byte)bytes.Length);
            query.AddRange(bytes);
        }

        query.AddRange([0, (byte)(type >> 8), (byte)type, 0, (byte)ClassInternet]);
        return query.Count <= HeaderBytes + NameBytesMax + 4 ? [.. query] : null;
    }

    /// <returns>Null when the bytes are no answer to this query: they are ignored then, as nginx does (ngx_resolver_process_response).</returns>
    public static DnsReply? Parse(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query)
    {
        if (message.Length < HeaderBytes || !message[..2].SequenceEqual(query[..2]) || (message[2] & 0x80) == 0)
        {
            return null;
        }

        var code = message[3] & 0x0f;
        var truncated = (message[2] & 0x02) != 0;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if (questions == 0)
        {
            // Some servers leave the question out of an error (RFC 1035 allows it); an answer without it proves nothing.
            return code == 0 ? null : new(code, truncated, [], new Dictionary<string, string>());
        }

        var at = HeaderBytes;
        if (questions != 1 || Name(message, ref at) is not { } asked || at + 4 > message.Length || !IsAsked(message[at..], asked, query))
        {
            return null;
        }

        at += 4;
        return Answers(message, at, code, truncated);
    }

    private static bool IsAsked(ReadOnlySpan<byte> typeAndClass, string asked, ReadOnlySpan<byte> query)
    {
        var at = HeaderBytes;
        return Name(query, ref at) is { } wanted
            && wanted.Equals(asked, StringComparison.OrdinalIgnoreCase)
            && typeAndClass[..4].SequenceEqual(query.Slice(at, 4));
    }

    private static DnsReply Answers(ReadOnlySpan<byte> message, int at, int code, bool truncated)
    {
        var addresses = new List<(string, IPAddress, int)>();
        var aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(message[6..]), RecordsMax);
        for (var i = 0; i < count; i++)
        {
            if (Name(message, ref at) is not { } owner || at + 10 > message.Length)
            {
                break;
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var ttl = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]), int.MaxValue);
            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            at += 10;
            if (at + length > message.Length)
            {
                break;
            }

            if ((type == TypeA && length == 4) || (type == TypeAaaa && length == 16))
            {
                addresses.Add((owner, new IPAddress(message.Slice(at, length)), ttl));
            }
            else if (type == TypeCname && NameAt(message, at) is { } target)
            {
                aliases.TryAdd(owner, target);
            }

            at += length;
        }

        return new(code, truncated, addresses, aliases);
    }

    private static string? NameAt(ReadOnlySpan<byte> message, int at) => Name(message, ref at);

    /// <summary>Reads a name and moves behind it. A pointer must lead to an earlier place than the last one, so loops end (RFC 1035 §4.1.4).</summary>
    private static string? Name(ReadOnlySpan<byte> message, ref int at)
    {
        var name = new StringBuilder();
        var cursor = at;
        var floor = at;
        var jumped = false;
        while (cursor < message.Length)
        {
            int length = message[cursor];
            switch (length & 0xc0)
            {
                case 0xc0 when cursor + 1 < message.Length:
                    var target = ((length & 0x3f) << 8) | message[cursor + 1];
                    at = jumped ? at : cursor + 2;
                    jumped = true;
                    if (target >= floor)
                    {
                        return null;
                    }

                    floor = cursor = target;
                    continue;
                case 0 when length == 0:
                    at = jumped ? at : cursor + 1;
                    return name.ToString();
                case 0 when cursor + 1 + length <= message.Length && name.Length + length < NameBytesMax:
                    _ = name.Length > 0 ? name.Append('.') : name;
                    name.Append(Encoding.Latin1.GetString(message.Slice(cursor + 1, length)));
                    cursor += 1 + length;
                    continue;
                default:
                    return null;
            }
        }

        return null;
    }
}
