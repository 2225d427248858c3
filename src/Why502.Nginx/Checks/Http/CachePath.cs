namespace Why502.Nginx.Checks.Http;

/// <summary><c>*_cache_path</c> and <c>*_cache_valid</c> (ngx_http_file_cache.c).</summary>
internal static class CachePath
{
    private const int PageSize = 4096;

    public static void Read(in DirectiveCall call, string module)
    {
        var value = call.Arguments;
        string? name = null;
        var size = 0L;
        for (var i = 1; i < value.Count; i++)
        {
            var text = value[i];
            if (text.StartsWith("keys_zone=", StringComparison.Ordinal))
            {
                var colon = text.IndexOf(':', 10);
                size = colon < 0 ? -1 : Number.Size(text.AsSpan(colon + 1));
                if (size < 2 * PageSize)
                {
                    call.Fail(size < 0 ? $"invalid keys zone size \"{text}\"" : $"keys zone \"{text}\" is too small", i);
                    return;
                }

                name = text[10..colon];
            }
            else if (Mistake(text) is { } mistake)
            {
                call.Fail(mistake, i);
                return;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            call.Fail($"\"{call.Name}\" must have \"keys_zone\" parameter");
            return;
        }

        Declare(call, module, name, size);
    }

    public static void ReadValid(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (Number.Seconds(value[^1]) < 0)
        {
            call.Fail($"invalid time value \"{value[^1]}\"", value.Count - 1);
            return;
        }

        for (var i = 0; i < value.Count - 1; i++)
        {
            if (value[i] != "any" && Number.Of(value[i]) is < 100 or > 599)
            {
                call.Fail($"invalid status \"{value[i]}\"", i);
                return;
            }
        }
    }

    private static void Declare(in DirectiveCall call, string module, string name, long size)
    {
        if (!Paths.Add(call, call.Arguments[0], Levels(call.Arguments), isCache: true))
        {
            return;
        }

        if (call.Shared.Get(SharedZones.Slot).Add(call, name, size, $"ngx_http_{module}") is not { } zone)
        {
            return;
        }

        if (zone.Data is not null)
        {
            call.Fail($"duplicate zone \"{name}\"");
            return;
        }

        zone.Data = call.Arguments[0];
    }

    private static string Levels(IReadOnlyList<string> value) =>
        value.LastOrDefault(text => text.StartsWith("levels=", StringComparison.Ordinal))?[7..] ?? "";

    private static string? Mistake(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var (key, rest) = at < 0 ? ("", "") : (text[..at], text[(at + 1)..]);
        bool? fine = key switch
        {
            "inactive" => Number.Seconds(rest) >= 0,
            "max_size" or "min_free" => Number.Offset(rest) >= 0,
            "loader_files" or "manager_files" => Number.Of(rest) >= 0,
            "loader_sleep" or "loader_threshold" or "manager_sleep" or "manager_threshold" => Number.Milliseconds(rest) >= 0,
            _ => null,
        };
        if (fine is { } known)
        {
            return known ? null : $"invalid {key} value \"{text}\"";
        }

        return key switch
        {
            "levels" => IsLevels(rest) ? null : $"invalid \"levels\" \"{text}\"",
            "use_temp_path" => rest is "on" or "off" ? null : $"invalid use_temp_path value \"{text}\", it must be \"on\" or \"off\"",
            _ => $"invalid parameter \"{text}\"",
        };
    }

    /// <summary>One to three numbers, each 1 or 2.</summary>
    private static bool IsLevels(string text) =>
        text.Length == 0 || (text.Split(':') is { Length: <= 3 } levels && Array.TrueForAll(levels, level => level is "1" or "2"));
}
