using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Sizes and numbers with bounds of their own: the post handlers of shared setters.</summary>
internal static class BoundHandlers
{
    private const DirectiveContexts HttpOrServer = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;

    /// <summary>NGX_MIN_POOL_SIZE on 64 bits, and NGX_POOL_ALIGNMENT.</summary>
    private const int PoolSizeMin = 112;
    private const int PoolAlignment = 16;

    /// <summary>NGX_HTTP_V2_STATE_BUFFER_SIZE, twice.</summary>
    private const int StateBuffersSize = 32;

    /// <summary>NGX_HTTP_V2_MAX_WINDOW.</summary>
    private const long WindowMax = (1L << 31) - 1;

    public static IEnumerable<DirectiveHandler> All { get; } =
    [
        new("connection_pool_size", HttpOrServer, ReadPoolSize),
        new("request_pool_size", HttpOrServer, ReadPoolSize),
        new("http2_pool_size", HttpOrServer, ReadPoolSize),
        new("http2_recv_buffer_size", HttpOrServer, (in DirectiveCall call) => Refuse(call, Size(call) <= StateBuffersSize, "value is too small")),
        new("http2_body_preread_size", HttpOrServer, (in DirectiveCall call) => Fail(call, Size(call) > WindowMax, $"the maximum body preread buffer size is {WindowMax}")),
        new("http2_chunk_size", HttpOrServer, (in DirectiveCall call) => Fail(call, Size(call) == 0, "the http2 chunk size cannot be zero")),
        new("gzip_window", HttpOrServer, (in DirectiveCall call) => Refuse(call, Size(call) is { } size && !IsPower(size, 512, 32 << 10), "must be 512, 1k, 2k, 4k, 8k, 16k, or 32k")),
        new("gzip_hash", HttpOrServer, (in DirectiveCall call) => Refuse(call, Size(call) is { } size && !IsPower(size, 512, 128 << 10), "must be 512, 1k, 2k, 4k, 8k, 16k, 32k, 64k, or 128k")),
        new("http2_streams_index_size", HttpOrServer, ReadStreamsIndex),
    ];

    /// <summary>ngx_http_core_pool_size, ngx_http_v2_pool_size.</summary>
    private static void ReadPoolSize(in DirectiveCall call)
    {
        if (Size(call) is { } size)
        {
            Fail(call, size < PoolSizeMin, $"the pool size must be no less than {PoolSizeMin}");
            Fail(call, size >= PoolSizeMin && size % PoolAlignment != 0, $"the pool size must be a multiple of {PoolAlignment}");
        }
    }

    /// <summary>ngx_http_v2_streams_index_mask.</summary>
    private static void ReadStreamsIndex(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        if (NginxNumber.Integer(call.Arguments[0]) is not { } number)
        {
            call.Refuse("invalid number", 0);
        }
        else
        {
            Refuse(call, number == 0 || (number & (number - 1)) != 0, "must be a power of two");
        }
    }

    /// <summary>ngx_conf_set_size_slot; null when it has said what is wrong.</summary>
    private static long? Size(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return null;
        }

        var size = NginxNumber.Size(call.Arguments[0]);
        if (size is null)
        {
            call.Refuse("invalid value", 0);
        }

        return size;
    }

    private static bool IsPower(long size, long min, long max) => size >= min && size <= max && long.PopCount(size) == 1;

    private static void Fail(in DirectiveCall call, bool isWrong, string message)
    {
        if (isWrong)
        {
            call.Fail(message, 0);
        }
    }

    private static void Refuse(in DirectiveCall call, bool isWrong, string text)
    {
        if (isWrong)
        {
            call.Refuse(text, 0);
        }
    }
}
