using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Why502.Host.Probes;

/// <summary>A GET as the uwsgi and SCGI protocols carry it: CGI variables, and no body.</summary>
internal static class CgiRequest
{
    /// <summary>uWSGI: modifier1 0, the size of the variables, modifier2 0; each name and value behind its 16-bit little-endian length.</summary>
    public static byte[] Uwsgi(string path, string query, string host)
    {
        var variables = new List<byte>();
        foreach (var (name, value) in Variables(path, query, host))
        {
            Append(variables, name);
            Append(variables, value);
        }

        var request = new byte[4 + variables.Count];
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(1), (ushort)variables.Count);
        variables.CopyTo(request, 4);
        return request;
    }

    /// <summary>SCGI: one netstring of names and values that end in NUL, CONTENT_LENGTH first.</summary>
    public static byte[] Scgi(string path, string query, string host)
    {
        var text = new StringBuilder("CONTENT_LENGTH\0" + "0\0SCGI\0" + "1\0");
        foreach (var (name, value) in Variables(path, query, host).Where(variable => variable.Name != "CONTENT_LENGTH"))
        {
            text.Append(name).Append('\0').Append(value).Append('\0');
        }

        var variables = Encoding.ASCII.GetBytes(text.ToString());
        return [.. Encoding.ASCII.GetBytes(variables.Length.ToString(CultureInfo.InvariantCulture) + ":"), .. variables, (byte)','];
    }

    private static void Append(List<byte> variables, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        variables.Add((byte)bytes.Length);
        variables.Add((byte)(bytes.Length >> 8));
        variables.AddRange(bytes);
    }

    /// <summary>As in nginx's uwsgi_params and scgi_params, as far as a request without a client has them.</summary>
    private static IReadOnlyList<(string Name, string Value)> Variables(string path, string query, string host)
    {
        var name = RequestText.Host(host);
        return
        [
            ("QUERY_STRING", query),
            ("REQUEST_METHOD", "GET"),
            ("CONTENT_TYPE", ""),
            ("CONTENT_LENGTH", ""),
            ("REQUEST_URI", query.Length == 0 ? path : $"{path}?{query}"),
            ("PATH_INFO", path),
            ("SCRIPT_NAME", ""),
            ("DOCUMENT_ROOT", "/"),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("REQUEST_SCHEME", "http"),
            ("REMOTE_ADDR", "127.0.0.1"),
            ("REMOTE_PORT", "0"),
            ("SERVER_PORT", "80"),
            ("SERVER_NAME", name),
            ("HTTP_HOST", name),
            ("HTTP_USER_AGENT", RequestText.UserAgent),
        ];
    }
}
