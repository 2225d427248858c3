namespace Why502.Logs;

/// <summary>
/// Tells the files that nginx makes for itself from those it serves, by their shape: a temp file's name is a serial number of
/// ten digits below directories named by its last digits (ngx_create_temp_file, ngx_create_hashed_filename), a cache file's
/// the MD5 of its key below directories named by its last letters (ngx_http_file_cache_name).
/// </summary>
public static class TempFiles
{
    private const int SerialDigits = 10;
    private const int KeyLetters = 32;

    /// <summary>The file between the first quotes of a message, or null.</summary>
    public static string? FileIn(string message)
    {
        var open = message.IndexOf('"', StringComparison.Ordinal);
        var close = open < 0 ? -1 : message.IndexOf('"', open + 1);
        return close > open + 1 && message[open + 1] == '/' ? message[(open + 1)..close] : null;
    }

    public static bool IsTempOrCache(string path) => IsTemp(path) || IsCache(path);

    /// <summary>A temp file, or a directory that nginx makes on the way to one.</summary>
    public static bool IsTemp(string path)
    {
        var name = Name(path);
        return IsSerial(name) ? LevelsAbove(path, name) >= 0 : IsLevel(name) && IsTempDirectory(Name(Above(path, Levels(path))));
    }

    /// <summary>…/c/29/b7f54b2df7773722d382f4809d65029c, with the serial number behind it while it is written (use_temp_path=off).</summary>
    private static bool IsCache(string path)
    {
        var name = Name(path);
        var key = name.Length > KeyLetters && name[KeyLetters] == '.' && IsSerial(name[(KeyLetters + 1)..]) ? name[..KeyLetters] : name;
        return key.Length == KeyLetters && key.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>The directory that the configuration names: without serial number, key and level directories.</summary>
    public static string Root(string path)
    {
        var name = Name(path);
        var key = name.Split('.')[0];
        var levels = IsSerial(name) || key.Length == KeyLetters ? LevelsAbove(path, IsSerial(name) ? name : key) : -1;
        return levels >= 0 ? Above(path, levels + 1) : IsLevel(name) ? Above(path, Levels(path)) : Above(path, 1);
    }

    private static bool IsSerial(string name) => name.Length >= SerialDigits && name.All(char.IsAsciiDigit);

    private static bool IsLevel(string name) => name.Length is 1 or 2 or 3 && name.All(char.IsAsciiHexDigitLower);

    /// <summary>Names that configure and distributions give to temp paths: proxy_temp, client_body_temp, body, fastcgi, tmp …</summary>
    private static bool IsTempDirectory(string name)
        => name.Contains("temp", StringComparison.Ordinal) || name.Contains("tmp", StringComparison.Ordinal) || name.Contains("cache", StringComparison.Ordinal)
            || name is "proxy" or "body" or "client" or "client_body" or "client-body" or "fastcgi" or "uwsgi" or "scgi";

    /// <summary>How many directories above are named by the last characters of the name; the nearest by those before the others.</summary>
    private static int LevelsAbove(string path, string key)
    {
        var segments = path.Split('/');
        for (var levels = Math.Min(3, segments.Length - 2); levels > 0; levels--)
        {
            var end = key.Length;
            var first = segments.Length - 1 - levels;
            var fits = true;
            for (var at = first; at < segments.Length - 1 && fits; at++)
            {
                var level = segments[at];
                fits = level.Length is > 0 and <= 3 && level.Length <= end && key.AsSpan(end - level.Length, level.Length).SequenceEqual(level);
                end -= level.Length;
            }

            if (fits)
            {
                return levels;
            }
        }

        return 0;
    }

    /// <summary>Trailing directories that look like levels.</summary>
    private static int Levels(string path) => Math.Min(3, path.Split('/').Reverse().TakeWhile(IsLevel).Count());

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Above(string path, int count)
    {
        for (; count > 0 && path.LastIndexOf('/') is > 0 and var slash; count--)
        {
            path = path[..slash];
        }

        return path;
    }
}
