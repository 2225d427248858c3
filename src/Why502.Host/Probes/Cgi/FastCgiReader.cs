using System.Buffers.Binary;
using System.Text;

namespace Why502.Host.Probes;

/// <summary>Takes an answer's FastCGI records apart as the bytes come, in constant memory.</summary>
internal sealed class FastCgiReader(int bodyBytesKept, int stderrBytesMax)
{
    private readonly byte[] recordHeader = new byte[FastCgiWire.HeaderBytes];
    private readonly byte[] endRequest = new byte[8];
    private readonly StringBuilder stderr = new();
    private readonly List<byte> body = [];
    private int headerSeen;
    private int contentLeft;
    private int contentSeen;
    private int paddingLeft;
    private long position;
    private long? stdoutBegan;

    /// <summary>The CGI header within stdout (RFC 3875 §6).</summary>
    public HttpHeaderParser Header { get; } = new(hasStatusLine: false);

    /// <summary>Size of the header as it fills fastcgi_buffer_size: with the record headers, from the first stdout record on.</summary>
    public long? HeaderBytes { get; private set; }

    public long BodyBytes { get; private set; }

    public byte[] Body => [.. body];

    public string? Stderr => stderr.Length > 0 ? stderr.ToString() : null;

    public bool IsEnded { get; private set; }

    /// <summary>Why the bytes are no FastCGI answer, in nginx's words (ngx_http_fastcgi_process_record).</summary>
    public string? Problem { get; private set; }

    /// <summary>FCGI_OVERLOADED and the like; 0 is FCGI_REQUEST_COMPLETE.</summary>
    public int ProtocolStatus => IsEnded ? endRequest[4] : 0;

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !IsEnded && Problem is null)
        {
            var taken = headerSeen < FastCgiWire.HeaderBytes ? TakeHeader(bytes[0]) : contentLeft > 0 ? TakeContent(bytes) : TakePadding(bytes);
            bytes = bytes[taken..];
            EndRecord();
        }
    }

    private int TakeHeader(byte b)
    {
        recordHeader[headerSeen++] = b;
        position++;
        if (headerSeen == 1 && b != FastCgiWire.Version)
        {
            Problem = $"unsupported FastCGI protocol version: {b}";
        }
        else if (headerSeen == 2 && b is not (FastCgiWire.Stdout or FastCgiWire.Stderr or FastCgiWire.EndRequest))
        {
            Problem = $"invalid FastCGI record type: {b}";
        }
        else if (headerSeen == FastCgiWire.HeaderBytes)
        {
            contentLeft = BinaryPrimitives.ReadUInt16BigEndian(recordHeader.AsSpan(4));
            paddingLeft = recordHeader[6];
            contentSeen = 0;
            stdoutBegan ??= recordHeader[1] == FastCgiWire.Stdout ? position - FastCgiWire.HeaderBytes : null;
        }

        return 1;
    }

    private int TakeContent(ReadOnlySpan<byte> bytes)
    {
        var content = bytes[..Math.Min(bytes.Length, contentLeft)];
        switch (recordHeader[1])
        {
            case FastCgiWire.Stdout:
                TakeStdout(content);
                break;
            case FastCgiWire.Stderr:
                stderr.Append(Encoding.Latin1.GetString(content[..Math.Min(content.Length, stderrBytesMax - stderr.Length)]));
                break;
            default:
                for (var i = 0; i < content.Length && contentSeen + i < endRequest.Length; i++)
                {
                    endRequest[contentSeen + i] = content[i];
                }

                break;
        }

        contentSeen += content.Length;
        contentLeft -= content.Length;
        position += content.Length;
        return content.Length;
    }

    private void TakeStdout(ReadOnlySpan<byte> content)
    {
        var headerPart = 0;
        if (!Header.IsDone)
        {
            headerPart = Header.Feed(content);
            if (Header.IsInvalid)
            {
                Problem = $"the response header has an invalid byte at {Header.Bytes}";
                return;
            }

            if (!Header.IsDone)
            {
                return;
            }

            HeaderBytes = position + headerPart - stdoutBegan;
        }

        var rest = content[headerPart..];
        BodyBytes += rest.Length;
        body.AddRange(rest[..Math.Min(rest.Length, bodyBytesKept - body.Count)]);
    }

    private int TakePadding(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, paddingLeft);
        paddingLeft -= taken;
        position += taken;
        return taken;
    }

    private void EndRecord()
    {
        if (headerSeen < FastCgiWire.HeaderBytes || contentLeft > 0 || paddingLeft > 0)
        {
            return;
        }

        headerSeen = 0;
        IsEnded = recordHeader[1] == FastCgiWire.EndRequest;
    }
}
