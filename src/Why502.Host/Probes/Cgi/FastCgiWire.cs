using System.Buffers.Binary;
using System.Text;

namespace Why502.Host.Probes;

/// <summary>FastCGI 1.0 records as nginx writes them (ngx_http_fastcgi_create_request).</summary>
internal static class FastCgiWire
{
    public const byte Version = 1;
    public const byte BeginRequest = 1;
    public const byte EndRequest = 3;
    public const byte Params = 4;
    public const byte Stdin = 5;
    public const byte Stdout = 6;
    public const byte Stderr = 7;
    public const int HeaderBytes = 8;

    private const byte RequestId = 1;
    private const byte RoleResponder = 1;

    /// <summary>A whole request without a body; the connection is not kept.</summary>
    public static byte[] Request(IEnumerable<(string Name, string Value)> parameters)
    {
        using var request = new MemoryStream();
        Record(request, BeginRequest, [0, RoleResponder, 0, 0, 0, 0, 0, 0]);
        using var encoded = new MemoryStream();
        foreach (var (name, value) in parameters)
        {
            var nameBytes = Encoding.UTF8.GetBytes(name);
            var valueBytes = Encoding.UTF8.GetBytes(value);
            Length(encoded, nameBytes.Length);
            Length(encoded, valueBytes.Length);
            encoded.Write(nameBytes);
            encoded.Write(valueBytes);
        }

        foreach (var chunk in encoded.ToArray().Chunk(ushort.MaxValue))
        {
            Record(request, Params, chunk);
        }

        Record(request, Params, []);
        Record(request, Stdin, []);
        return request.ToArray();
    }

    private static void Record(MemoryStream to, byte type, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        header[0] = Version;
        header[1] = type;
        header[3] = RequestId;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)content.Length);
        to.Write(header);
        to.Write(content);
    }

    private static void Length(MemoryStream to, int length)
    {
        if (length < 128)
        {
            to.WriteByte((byte)length);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)length | 0x80000000);
        to.Write(bytes);
    }
}
