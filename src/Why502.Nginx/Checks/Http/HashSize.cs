using System.Globalization;
using System.Text;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_hash_init: a bucket has to hold the longest name, at least.</summary>
internal static class HashSize
{
    /// <summary>ngx_cacheline_size on the processors of today.</summary>
    public const long CacheLine = 64;

    /// <summary>Null when a hash can be built of these names.</summary>
    public static string? Mistake(string name, IEnumerable<string> keys, long maxSize, long bucketSize)
    {
        if (maxSize == 0)
        {
            return $"could not build {name}, you should increase {name}_max_size: 0";
        }

        if (bucketSize > 65536 - CacheLine)
        {
            return string.Create(CultureInfo.InvariantCulture, $"could not build {name}, too large {name}_bucket_size: {bucketSize}");
        }

        foreach (var key in keys)
        {
            // NGX_HASH_ELT_SIZE: a pointer, the length in two bytes, the name; aligned to a pointer. One more pointer ends the bucket.
            var size = sizeof(long) + Align(Encoding.UTF8.GetByteCount(key) + 2, sizeof(long));
            if (bucketSize < size + sizeof(long))
            {
                return string.Create(CultureInfo.InvariantCulture, $"could not build {name}, you should increase {name}_bucket_size: {bucketSize}");
            }
        }

        return null;
    }

    /// <summary>ngx_align.</summary>
    public static long Align(long value, long to) => (value + to - 1) & ~(to - 1);

    /// <summary>A number set by a directive, or its default.</summary>
    public static long Of(OpenBlock block, string directive, long otherwise) =>
        block.InForce(directive) is { } given && Number.Of(given.Arguments[0]) is var number and >= 0 ? number : otherwise;
}
