using System.Globalization;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>Sizes and numbers that are checked further once they are read (ngx_conf_post_t).</summary>
internal static class Posts
{
    private const DirectiveContexts HttpAndServer = DirectiveContexts.Http | DirectiveContexts.Server;
    private const DirectiveContexts Anywhere = HttpAndServer | DirectiveContexts.Location;

    // NGX_MIN_POOL_SIZE, NGX_POOL_ALIGNMENT, NGX_HTTP_V2_STATE_BUFFER_SIZE and NGX_HTTP_V2_MAX_WINDOW on 64-bit systems.
    private const long PoolMin = 112;
    private const long PoolAlignment = 16;
    private const long StateBufferSize = 16;
    private const long WindowMax = int.MaxValue;

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("connection_pool_size", HttpAndServer, ReadPool),
        new("request_pool_size", HttpAndServer, ReadPool),
        new("http2_pool_size", HttpAndServer, ReadPool),
        new("gzip_window", Anywhere, (in DirectiveCall call) => ReadPower(call, 32 << 10, "must be 512, 1k, 2k, 4k, 8k, 16k, or 32k")),
        new("gzip_hash", Anywhere, (in DirectiveCall call) => ReadPower(call, 128 << 10, "must be 512, 1k, 2k, 4k, 8k, 16k, 32k, 64k, or 128k")),
        new("http2_recv_buffer_size", DirectiveContexts.Http, ReadReceiveBuffer),
        new("http2_body_preread_size", HttpAndServer, ReadPreread),
        new("http2_streams_index_size", HttpAndServer, ReadStreamsIndex),
        new("http2_chunk_size", Anywhere, ReadChunk),
    ];

    private static void ReadPool(in DirectiveCall call)
    {
        if (Size(call) is not { } size)
        {
            return;
        }

        if (size < PoolMin)
        {
            call.Fail(string.Create(CultureInfo.InvariantCulture, $"the pool size must be no less than {PoolMin}"), 0);
        }
        else if (size % PoolAlignment != 0)
        {
            call.Fail(string.Create(CultureInfo.InvariantCulture, $"the pool size must be a multiple of {PoolAlignment}"), 0);
        }
    }

    private static void ReadPower(in DirectiveCall call, long max, string mistake)
    {
        if (Size(call) is { } size && (size < 512 || size > max || !long.IsPow2(size)))
        {
            call.Refuse(mistake, 0);
        }
    }

    private static void ReadReceiveBuffer(in DirectiveCall call)
    {
        if (Size(call) <= 2 * StateBufferSize)
        {
            call.Refuse("value is too small", 0);
        }
    }

    private static void ReadPreread(in DirectiveCall call)
    {
        if (Size(call) > WindowMax)
        {
            call.Fail(string.Create(CultureInfo.InvariantCulture, $"the maximum body preread buffer size is {WindowMax}"), 0);
        }
    }

    private static void ReadChunk(in DirectiveCall call)
    {
        if (Size(call) == 0)
        {
            call.Fail("the http2 chunk size cannot be zero", 0);
        }
    }

    private static void ReadStreamsIndex(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var number = Number.Of(call.Arguments[0]);
        if (number < 0)
        {
            call.Refuse("invalid number", 0);
        }
        else if (!long.IsPow2(number))
        {
            call.Refuse("must be a power of two", 0);
        }
    }

    /// <summary>ngx_conf_set_size_slot; null when it was refused and said.</summary>
    private static long? Size(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return null;
        }

        var size = Number.Size(call.Arguments[0]);
        if (size >= 0)
        {
            return size;
        }

        call.Refuse("invalid value", 0);
        return null;
    }
}
