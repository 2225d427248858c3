using System.Text;

namespace Why502.Bench.Configuration;

/// <summary>Changes an input a little: bytes, words, braces and quotes, pieces of itself or of another.</summary>
internal sealed class FuzzMutator(FuzzPool pool, Random random)
{
    private const int BytesMax = 1000;

    private static readonly byte[][] Pieces = [.. new[]
    {
        "{", "}", ";", "\"", "'", "\\", "$", "${", "#", "\n", "\r\n", " ", "\t", "\0", "(", ")", "~", "~*", "=", "^~", "@", "*", "\uFEFF", "é", "[[", "]]", "--", "--[==[",
        "include a.conf;", "include b.conf;", "include *.conf;", "include nginx.conf;", "server {", "location / {", "location ~ (a)+$ {", "if ($a = b) {", "upstream u {", "http {", "events {}",
        "stream {", "map $a $b {", "geo $x {", "types {", "limit_except GET {", "content_by_lua_block {", "set_by_lua_block $a {", "listen 80;", "listen 127.0.0.1:8080 ssl;", "server_name a *.b ~c;",
        "proxy_pass http://127.0.0.1:1/x;", "proxy_pass http://$host;", "fastcgi_pass unix:/a.sock;", "return 301 https://$host$request_uri;", "rewrite ^(.*)$ /a/$1 last;", "root /a;",
        "error_page 502 =200 @f;", "access_log off;", "log_format x '$a';", "error_log /a debug;", "proxy_read_timeout 99999999999999999999s;", "client_max_body_size 9999999g;", "worker_processes -1;",
        "resolver 127.0.0.53 valid=;", "try_files $uri =404;", "keepalive 0;", "server 10.0.0.1:99999 weight=0;", "default", "\n# configuration file /etc/nginx/c.conf:\n", "on", "off", "0", "-1", "65536",
    }.Select(Encoding.UTF8.GetBytes)];

    public byte[] Mutate(byte[] input)
    {
        List<byte> text = [.. input];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            Change(text);
        }

        if (text.Count > BytesMax)
        {
            text.RemoveRange(BytesMax, text.Count - BytesMax);
        }

        return [.. text];
    }

    private void Change(List<byte> text)
    {
        int at = random.Next(text.Count + 1);
        int length = Math.Min(random.Next(1, 1 << random.Next(1, 8)), text.Count - at);
        switch (random.Next(10))
        {
            case 0 when at < text.Count:
                text[at] = (byte)random.Next(256);
                break;
            case 1 when at < text.Count:
                text[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                text.RemoveRange(at, length);
                break;
            case 3:
                text.InsertRange(random.Next(text.Count + 1), text.GetRange(at, length));
                break;
            case 4:
                byte[] other = pool.Pick(random);
                int start = random.Next(other.Length + 1);
                text.InsertRange(at, other.AsSpan(start, Math.Min(random.Next(200), other.Length - start)).ToArray());
                break;
            case 5:
                Repeat(text, at, length);
                break;
            case 6 when at < text.Count:
                SwapWords(text, at);
                break;
            default:
                text.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                break;
        }
    }

    private void Repeat(List<byte> text, int at, int length)
    {
        List<byte> piece = text.GetRange(at, Math.Min(length, 12));
        for (int i = random.Next(1, 60); i > 0; i--)
        {
            text.InsertRange(at, piece);
        }
    }

    /// <summary>Exchanges two bytes' neighbourhoods up to the next white space.</summary>
    private void SwapWords(List<byte> text, int at)
    {
        int other = random.Next(text.Count);
        (int first, int second) = (Math.Min(at, other), Math.Max(at, other));
        int firstEnd = WordEnd(text, first);
        int secondEnd = WordEnd(text, second);
        if (firstEnd >= second)
        {
            return;
        }

        List<byte> a = text.GetRange(first, firstEnd - first);
        List<byte> b = text.GetRange(second, secondEnd - second);
        text.RemoveRange(second, b.Count);
        text.InsertRange(second, a);
        text.RemoveRange(first, a.Count);
        text.InsertRange(first, b);
    }

    private static int WordEnd(List<byte> text, int at)
    {
        while (at < text.Count && text[at] is not ((byte)' ' or (byte)'\n' or (byte)';' or (byte)'{' or (byte)'}'))
        {
            at++;
        }

        return at;
    }
}
