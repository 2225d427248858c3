using System.Text;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Routing;

/// <summary>A request target as locations see it (ngx_http_parse_complex_uri).</summary>
internal static class UriPath
{
    public static string Normalise(string uri, bool mergeSlashes)
    {
        var target = AfterAuthority(uri);
        var end = target.IndexOfAny('?', '#');
        var path = end < 0 ? target : target[..end];
        var bytes = Decode(Encoding.UTF8.GetBytes(path));
        var segments = new List<string>();
        var text = TextOf.Bytes(bytes);
        var parts = text.Split('/');
        for (var i = 1; i < parts.Length; i++)
        {
            var part = parts[i];
            var last = i == parts.Length - 1;
            if (part == "." || (part.Length == 0 && !last && mergeSlashes))
            {
                if (last)
                {
                    segments.Add(string.Empty);
                }
            }
            else if (part == "..")
            {
                if (segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                }

                if (last)
                {
                    segments.Add(string.Empty);
                }
            }
            else
            {
                segments.Add(part);
            }
        }

        return "/" + string.Join('/', segments);
    }

    /// <summary>An absolute-form target (RFC 9112 section 3.2.2) begins with a scheme and a host, which do not count here.</summary>
    private static string AfterAuthority(string uri)
    {
        var scheme = uri.IndexOf("://", StringComparison.Ordinal);
        if (uri.StartsWith('/') || scheme < 0)
        {
            return uri.StartsWith('/') ? uri : "/" + uri;
        }

        var slash = uri.IndexOf('/', scheme + 3);
        return slash < 0 ? "/" : uri[slash..];
    }

    private static byte[] Decode(byte[] path)
    {
        if (!path.AsSpan().Contains((byte)'%'))
        {
            return path;
        }

        var decoded = new List<byte>(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && char.IsAsciiHexDigit((char)path[i + 1]) && char.IsAsciiHexDigit((char)path[i + 2]))
            {
                decoded.Add(Convert.FromHexString(Encoding.ASCII.GetString(path, i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                decoded.Add(path[i]);
            }
        }

        return [.. decoded];
    }
}
