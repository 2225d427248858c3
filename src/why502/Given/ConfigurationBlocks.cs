using System.Text;
using Why502.Logs.Commands;
using Why502.Nginx;

namespace Why502.Cli.Given;

/// <summary>Blocks of an nginx configuration that somebody set among prose and other files, without a fence around them.</summary>
internal static class ConfigurationBlocks
{
    /// <summary>A longer block is a file, and no part of a text.</summary>
    private const int BlockLinesMax = 20_000;

    /// <summary>Blocks that people show by themselves; what is inside them comes along.</summary>
    private static readonly string[] Openers = ["server", "upstream", "location", "http", "stream", "map"];

    /// <summary>The lines of all closed blocks that are configuration, and the lines around them.</summary>
    public static (List<PastedLine> Blocks, List<PastedLine> Others) Of(List<PastedLine> lines)
    {
        var (blocks, rest) = (new List<PastedLine>(), new List<PastedLine>());
        for (var index = 0; index < lines.Count; index++)
        {
            if (Opens(lines[index].Text) && Close(lines, index) is { } end && lines.GetRange(index, end - index + 1) is var block && NginxConfiguration.LooksLikeConfiguration(Bytes(block)))
            {
                blocks.AddRange(block);
                index = end;
            }
            else
            {
                rest.Add(lines[index]);
            }
        }

        return blocks.Count == 0 ? (blocks, lines) : (blocks, rest);
    }

    private static bool Opens(string line)
    {
        var code = Code(line).Trim().ToString();
        return code.Contains('{', StringComparison.Ordinal) && Openers.Any(opener => code.StartsWith(opener, StringComparison.Ordinal) && code[opener.Length..] is [' ' or '\t' or '{', ..]);
    }

    /// <summary>The line in which the last brace that was opened is closed; null where none is.</summary>
    private static int? Close(List<PastedLine> lines, int begin)
    {
        var depth = 0;
        for (var index = begin; index < lines.Count && index - begin < BlockLinesMax; index++)
        {
            foreach (var letter in Code(lines[index].Text))
            {
                depth += letter switch { '{' => 1, '}' => -1, _ => 0 };
            }

            if (depth <= 0)
            {
                return index;
            }
        }

        return null;
    }

    /// <summary>Without the comment.</summary>
    private static ReadOnlySpan<char> Code(string line) => line.IndexOf('#') is >= 0 and var hash ? line.AsSpan(0, hash) : line;

    private static byte[] Bytes(List<PastedLine> lines) => Encoding.Latin1.GetBytes(string.Join('\n', lines.Select(line => line.Text)) + "\n");
}
