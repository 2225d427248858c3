namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_hash_add_key: names, with wildcards where they are meant, and what contradicts.</summary>
internal sealed class HashKeys
{
    private readonly HashSet<string> exact = new(StringComparer.Ordinal);
    private readonly HashSet<string> heads = new(StringComparer.Ordinal);
    private readonly HashSet<string> tails = new(StringComparer.Ordinal);

    /// <summary>What a hash of the exact names would hold.</summary>
    public List<string> Exact { get; } = [];

    /// <summary>NGX_OK, NGX_BUSY or NGX_DECLINED.</summary>
    public HashKeyResult Add(string key, bool wildcards)
    {
        key = key.ToLowerInvariant();
        if (!wildcards)
        {
            return AddExact(key);
        }

        var stars = key.Count(letter => letter == '*');
        if (stars > 1 || key.Contains("..", StringComparison.Ordinal) || key.Contains('\0', StringComparison.Ordinal))
        {
            return HashKeyResult.Invalid;
        }

        if (key.Length > 1 && key[0] == '.')
        {
            return exact.Add(key[1..]) && heads.Add(key[1..]) ? HashKeyResult.Added : HashKeyResult.Taken;
        }

        if (key.Length > 2 && key.StartsWith("*.", StringComparison.Ordinal))
        {
            return heads.Add(key[2..]) ? HashKeyResult.Added : HashKeyResult.Taken;
        }

        if (key.Length > 2 && key.EndsWith(".*", StringComparison.Ordinal))
        {
            return tails.Add(key[..^2]) ? HashKeyResult.Added : HashKeyResult.Taken;
        }

        return stars > 0 ? HashKeyResult.Invalid : AddExact(key);
    }

    private HashKeyResult AddExact(string key)
    {
        if (!exact.Add(key))
        {
            return HashKeyResult.Taken;
        }

        Exact.Add(key);
        return HashKeyResult.Added;
    }
}

internal enum HashKeyResult
{
    Added,
    Taken,
    Invalid,
}
