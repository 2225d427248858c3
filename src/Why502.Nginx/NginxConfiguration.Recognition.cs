using Why502.Nginx.Syntax;

namespace Why502.Nginx;

public sealed partial class NginxConfiguration
{
    /// <summary>So much of a file is looked at to tell what it is.</summary>
    private const int RecognitionBytesMax = 256 * 1024;

    private const int RecognitionDirectivesMax = 200;

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

        // ngx_conf_read_token(): a directive ends with one of these, and a sentence that begins with a directive's name with neither.
        if (head.IndexOfAny((byte)';', (byte)'{') < 0)
        {
            return false;
        }

        return Recognises(SyntaxParser.Parse(head), head);
    }

    /// <summary>At least half of what stands at the top is known by name, ends as it should, and may stand in one and the same block.</summary>
    private static bool Recognises(SyntaxTree tree, ReadOnlySpan<byte> text)
    {
        // One mistake may be seen twice; prose and other languages stumble at every turn.
        if (tree.Problems.Count > 2 && tree.Problems.Count * 10 > tree.Nodes.Length)
        {
            return false;
        }

        BlockContexts.Poll(tree, text, RecognitionDirectivesMax, out var fitting, out var asked);
        return fitting > 0 && fitting * 2 >= asked - (tree.Problems.Count > 0 ? 1 : 0);
    }
}
