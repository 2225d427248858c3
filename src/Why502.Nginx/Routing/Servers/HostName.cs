namespace Why502.Nginx.Routing;

/// <summary>ngx_http_validate_host: the name without port, trailing dot and capitals; null for what nginx answers 400 to.</summary>
internal static class HostName
{
    public static string? Of(string host)
    {
        var length = host.Length;
        var lastDot = host.Length;
        var (literal, rest) = (false, false);
        for (var i = 0; i < host.Length; i++)
        {
            switch (host[i])
            {
                case '.':
                    if (lastDot == i - 1)
                    {
                        return null;
                    }

                    lastDot = i;
                    break;
                case ':' when !literal && !rest:
                    (length, rest) = (i, true);
                    break;
                case '[' when i == 0:
                    literal = true;
                    break;
                case ']' when literal:
                    (length, literal, rest) = (i + 1, false, true);
                    break;
                case '/' or <= ' ' or '\u007F':
                    return null;
            }
        }

        if (lastDot == length - 1)
        {
            length--;
        }

        return length <= 0 ? null : ByteText.Lower(host[..length]);
    }
}
