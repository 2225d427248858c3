using Why502.Nginx.Syntax;

namespace Why502.Nginx;

public sealed partial class NginxConfiguration
{
    /// <summary>So much of a file is looked at to tell what it is.</summary>
    private const int RecognitionBytesMax = 256 * 1024;

    private static readonly string[] Blocks =
        ["http", "events", "server", "location", "upstream", "stream", "mail", "types", "map", "geo", "split_clients", "if", "limit_except"];

    private static readonly string[] Simple =
    [
        "include", "listen", "server_name", "root", "worker_processes", "user", "pid", "error_log", "access_log", "log_format",
        "proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass", "scgi_pass", "return", "rewrite", "try_files", "load_module", "ssl_certificate",
        "proxy_set_header", "fastcgi_param", "add_header", "gzip", "resolver", "index", "set", "upstream", "keepalive_timeout", "proxy_read_timeout",
    ];

    /// <summary>An nginx configuration, a piece of one, or an <c>nginx -T</c> dump: told by what it holds, never by a name.</summary>
    public static bool LooksLikeConfiguration(ReadOnlySpan<byte> content)
    {
        if (DumpText.IsDump(content))
        {
            return true;
        }

        var cut = content.Length > RecognitionBytesMax;
        var head = cut ? content[..RecognitionBytesMax] : content;
        if (head.Contains((byte)0))
        {
            return false;
        }

        return Recognises(SyntaxParser.Parse(head), head);
    }

    private static bool Recognises(SyntaxTree tree, ReadOnlySpan<byte> text)
    {
        var (known, total) = (0, 0);
        for (var i = 0; i < tree.Nodes.Length && total < 200; i = tree.Node(i).Next)
        {
            ref readonly var node = ref tree.Node(i);
            total++;
            if (node.TokenCount == 0)
            {
                continue;
            }

            var name = TextOf.Word(text, tree.TokensOf(i)[0]);
            // A log line may begin with any word; a directive of ours also ends as one does.
            var terminated = node.End > 0 && text[node.End - 1] is (byte)';' or (byte)'}';
            known += node.BodyStart >= 0
                ? (Blocks.Contains(name) || node.IsRaw ? 1 : 0)
                : terminated && node.Line == node.TerminatorLine && Simple.Contains(name) ? 1 : 0;
        }

        return known > 0 && known * 2 >= total - (tree.Problems.Count > 0 ? 1 : 0);
    }
}
