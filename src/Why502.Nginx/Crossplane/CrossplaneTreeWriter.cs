using System.Text.Json;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Crossplane;

/// <summary>Writes the directives and comments of one file.</summary>
internal sealed class CrossplaneTreeWriter(CrossplaneFile file, ConfigurationFile source, CrossplaneOptions options, Utf8JsonWriter json, Action<int> writeIncluded)
{
    private static readonly JsonEncodedText DirectiveKey = JsonEncodedText.Encode("directive");
    private static readonly JsonEncodedText LineKey = JsonEncodedText.Encode("line");
    private static readonly JsonEncodedText ArgumentsKey = JsonEncodedText.Encode("args");
    private static readonly JsonEncodedText BlockKey = JsonEncodedText.Encode("block");
    private static readonly JsonEncodedText FileKey = JsonEncodedText.Encode("file");

    private readonly SyntaxTree tree = source.Tree;
    private readonly byte[] text = source.Bytes;
    private readonly Dictionary<int, Range> commentsInHeads = [];
    private int nextComment;

    /// <summary>In file order, blocks closed as they end: no recursion, so that no depth is too deep.</summary>
    public void Write()
    {
        var end = tree.Nodes.Length;
        var parent = -1;
        for (var i = 0; i < end;)
        {
            parent = CloseTo(parent, tree.Node(i).Parent);
            WriteCommentsBefore(tree.Node(i).Start, null);
            if (file.Dropped.Contains(i))
            {
                SkipComments(tree.Node(i).End);
                i = tree.Node(i).Next;
                continue;
            }

            if (options.Combine && file.Includes.TryGetValue(i, out var numbers))
            {
                SkipComments(tree.Node(i).End);
                Array.ForEach(numbers, writeIncluded);
            }
            else if (WriteDirective(i))
            {
                parent = i;
            }

            i++;
        }

        CloseTo(parent, -1);
        WriteCommentsBefore(text.Length, null);
    }

    /// <returns>Whether its block is open now.</returns>
    private bool WriteDirective(int index)
    {
        ref readonly var node = ref tree.Node(index);
        json.WriteStartObject();
        WriteFileName();
        var tokens = tree.TokensOf(index);
        json.WritePropertyName(DirectiveKey);
        CrossplaneText.Write(json, tokens.Length == 0 ? default : CrossplaneText.Word(text, tokens[0]));
        json.WriteNumber(LineKey, node.Line);
        json.WriteStartArray(ArgumentsKey);
        WriteArguments(tokens, node);
        json.WriteEndArray();
        if (file.Includes.TryGetValue(index, out var numbers))
        {
            json.WriteStartArray("includes");
            Array.ForEach(numbers, json.WriteNumberValue);
            json.WriteEndArray();
        }

        if (node.BodyStart < 0 || node.IsRaw)
        {
            json.WriteEndObject();
            WriteCommentsBefore(node.End, node.Line);
            return false;
        }

        json.WriteStartArray(BlockKey);
        var comments = nextComment;
        SkipComments(node.BodyStart);
        if (nextComment > comments)
        {
            commentsInHeads.Add(index, comments..nextComment);
        }

        return true;
    }

    private void WriteArguments(ReadOnlySpan<Token> tokens, in Node node)
    {
        if (node.IsRaw)
        {
            for (var i = 1; i < tokens.Length; i++)
            {
                CrossplaneText.Write(json, CrossplaneText.Word(text, tokens[i]));
            }

            CrossplaneText.Write(json, text.AsSpan(node.BodyStart, node.BodyEnd - node.BodyStart));
            return;
        }

        var first = 1;
        var last = tokens.Length;
        var (head, tail) = (0, 0);
        if (last > 1 && text.AsSpan(tokens[0].Start, tokens[0].Length).SequenceEqual("if"u8))
        {
            (head, tail) = Parentheses(tokens);
            first += head > 0 && Trimmed(tokens[1], head, last == 2 ? tail : 0).IsEmpty ? 1 : 0;
            last -= tail > 0 && last > first && Trimmed(tokens[last - 1], last == 2 ? head : 0, tail).IsEmpty ? 1 : 0;
        }

        for (var i = first; i < last; i++)
        {
            var word = Trimmed(tokens[i], i == 1 ? head : 0, i == tokens.Length - 1 ? tail : 0);
            CrossplaneText.Write(json, word);
        }
    }

    /// <summary>crossplane's prepare_if_args: the parentheses around a condition are no arguments.</summary>
    private (int Head, int Tail) Parentheses(ReadOnlySpan<Token> tokens)
    {
        var isEnclosed = CrossplaneText.Word(text, tokens[1]).StartsWith("("u8) && CrossplaneText.Word(text, tokens[^1]).EndsWith(")"u8);
        return isEnclosed ? (1, 1) : (0, 0);
    }

    private ReadOnlySpan<byte> Trimmed(Token token, int head, int tail)
    {
        var word = CrossplaneText.Word(text, token);
        if (head > 0 && !word.IsEmpty)
        {
            word = word[1..].TrimStart(" \t\r\n"u8);
        }

        return tail > 0 && !word.IsEmpty ? word[..^1].TrimEnd(" \t\r\n"u8) : word;
    }

    /// <summary>Ends blocks until the one that holds the next directive is the innermost.</summary>
    private int CloseTo(int block, int wanted)
    {
        while (block != wanted)
        {
            ref readonly var node = ref tree.Node(block);
            WriteCommentsBefore(node.BodyEnd, null);
            json.WriteEndArray();
            json.WriteEndObject();
            // crossplane puts comments between a block's arguments behind the block.
            if (commentsInHeads.TryGetValue(block, out var comments))
            {
                WriteComments(comments.Start.Value, comments.End.Value, node.Line);
            }

            block = node.Parent;
        }

        return block;
    }

    /// <param name="line">crossplane gives a comment between arguments its directive's line; null for the comment's own.</param>
    private void WriteCommentsBefore(int offset, int? line)
    {
        var first = nextComment;
        SkipComments(offset);
        WriteComments(first, nextComment, line);
    }

    private void WriteComments(int first, int end, int? line)
    {
        for (var i = first; options.Comments && i < end; i++)
        {
            var comment = tree.Comments[i];
            json.WriteStartObject();
            WriteFileName();
            json.WriteString(DirectiveKey, "#"u8);
            json.WriteNumber(LineKey, line ?? comment.Line);
            json.WriteStartArray(ArgumentsKey);
            json.WriteEndArray();
            json.WritePropertyName("comment"u8);
            CrossplaneText.Write(json, CrossplaneText.Comment(text, comment));
            json.WriteEndObject();
        }
    }

    private void SkipComments(int offset)
    {
        while (nextComment < tree.Comments.Length && tree.Comments[nextComment].Start < offset)
        {
            nextComment++;
        }
    }

    private void WriteFileName()
    {
        if (options.Combine)
        {
            json.WriteString(FileKey, file.Path);
        }
    }
}
