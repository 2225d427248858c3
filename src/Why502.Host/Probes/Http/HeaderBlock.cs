using System.Text;

namespace Why502.Host.Probes;

/// <summary>HTTP/2's header blocks without a dynamic table, which nginx does not allow its upstreams either (SETTINGS_HEADER_TABLE_SIZE 0; RFC 7541).</summary>
internal static class HeaderBlock
{
    private const int FieldsMax = 1000;

    /// <summary>RFC 7541, Appendix A, from index 1: names, and the values where an entry has one.</summary>
    private static readonly (string Name, string Value)[] Table = [.. """
        :authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|
        accept-charset|accept-encoding=gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|
        content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|
        if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|
        set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate
        """.ReplaceLineEndings("").Split('|').Select(entry => entry.Trim().Split('=', 2)).Select(entry => (entry[0], entry.Length > 1 ? entry[1] : ""))];

    /// <summary>Literal fields that no table keeps, without Huffman's code.</summary>
    public static byte[] Write(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            Append(block, name);
            Append(block, value);
        }

        return [.. block];
    }

    /// <returns>Null when the block is none, or keeps to a table that was not allowed.</returns>
    public static IReadOnlyList<(string Name, string Value)>? Read(ReadOnlySpan<byte> block)
    {
        var fields = new List<(string, string)>();
        while (block.Length > 0)
        {
            var first = block[0];
            var isIndexed = first >= 0x80;
            var isTableSize = first is >= 0x20 and < 0x40;
            var prefix = isIndexed ? 7 : isTableSize ? 5 : first >= 0x40 ? 6 : 4;
            if (Number(ref block, prefix) is not { } index || index > (isTableSize ? 0 : Table.Length) || (isIndexed && index == 0) || fields.Count >= FieldsMax)
            {
                return null;
            }

            if (isTableSize)
            {
                continue;
            }

            if (isIndexed)
            {
                fields.Add(Table[index - 1]);
                continue;
            }

            var name = index > 0 ? Table[index - 1].Name : Text(ref block);
            if (name is null || Text(ref block) is not { } value)
            {
                return null;
            }

            fields.Add((name, value));
        }

        return fields;
    }

    private static void Append(List<byte> block, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (bytes.Length < 127)
        {
            block.Add((byte)bytes.Length);
        }
        else
        {
            block.Add(127);
            var rest = bytes.Length - 127;
            for (; rest >= 128; rest >>= 7)
            {
                block.Add((byte)((rest & 127) | 128));
            }

            block.Add((byte)rest);
        }

        block.AddRange(bytes);
    }

    /// <summary>RFC 7541 §5.1; more than four octets are nobody's length.</summary>
    private static int? Number(ref ReadOnlySpan<byte> block, int prefix)
    {
        var mask = (1 << prefix) - 1;
        var number = block[0] & mask;
        block = block[1..];
        if (number < mask)
        {
            return number;
        }

        for (var shift = 0; shift < 28 && block.Length > 0; shift += 7)
        {
            var octet = block[0];
            block = block[1..];
            number += (octet & 127) << shift;
            if (octet < 128)
            {
                return number;
            }
        }

        return null;
    }

    private static string? Text(ref ReadOnlySpan<byte> block)
    {
        if (block.Length == 0)
        {
            return null;
        }

        var isHuffman = block[0] >= 128;
        if (Number(ref block, 7) is not { } length || length > block.Length)
        {
            return null;
        }

        var bytes = block[..length];
        block = block[length..];
        return isHuffman ? HuffmanText.Read(bytes) : Encoding.Latin1.GetString(bytes);
    }
}
