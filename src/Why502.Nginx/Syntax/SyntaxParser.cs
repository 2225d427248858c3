using System.Buffers;
using System.Runtime.CompilerServices;

namespace Why502.Nginx.Syntax;

/// <summary>
/// Reads configuration text as ngx_conf_read_token and ngx_conf_parse do, in one pass and without recursion.
/// Where nginx would stop with an error it notes the problem and goes on, so the tree covers the whole file.
/// </summary>
internal ref partial struct SyntaxParser
{
    /// <summary>NGX_CONF_BUFFER: nginx refuses a word (or comment) that does not end within so many bytes.</summary>
    private const int WordBytesMax = 4096;

    /// <summary>So many problems of one file are kept; a file with more is not a configuration.</summary>
    public const int ProblemsMax = 1000;

    /// <summary>After so many runaway quotes we stop looking for a better place to go on from.</summary>
    private const int ResynchronisationsMax = 100;

    /// <summary>Each runaway quote costs a look at the whole rest of the file.</summary>
    private const long ResynchronisedBytesMax = 256 << 20;

    private static readonly SearchValues<byte> WordEnds = SearchValues.Create(" \t\r\n;{"u8);

    /// <summary>1 for every byte that does nothing in a word: not white space, <c>;</c>, <c>{</c>, a backslash or <c>$</c>. A look-up is twice as fast as asking for each.</summary>
    private static ReadOnlySpan<byte> WordBytes =>
    [
        1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ];

    private readonly ReadOnlySpan<byte> text;
    private Node[] nodes;
    private Token[] tokens;
    private Comment[] comments;
    private int nodeCount;
    private int tokenCount;
    private int commentCount;
    private int pos;
    private int line;
    private int openNode;
    private int firstToken;
    private int directiveStart;
    private int directiveLine;
    private int resynchronisations;
    private long resynchronisedBytes;
    private List<SyntaxProblem>? problems;

    private SyntaxParser(ReadOnlySpan<byte> text)
    {
        this.text = text;
        // Measured on real configurations: a directive takes about 35 bytes and has two to three words.
        nodes = GC.AllocateUninitializedArray<Node>(Math.Max(8, text.Length / 32));
        tokens = GC.AllocateUninitializedArray<Token>(Math.Max(16, text.Length / 14));
        comments = [];
        line = 1;
        openNode = -1;
    }

    public static SyntaxTree Parse(ReadOnlySpan<byte> text)
    {
        var parser = new SyntaxParser(text);
        parser.SkipByteOrderMark();
        parser.Run();
        parser.Finish();
        return new SyntaxTree(parser.nodes, parser.nodeCount, parser.tokens, parser.comments, parser.commentCount, (IReadOnlyList<SyntaxProblem>?)parser.problems ?? []);
    }

    private void Run()
    {
        var length = text.Length;
        while (pos < length)
        {
            var c = text[pos];
            switch (c)
            {
                case (byte)'\n':
                    line++;
                    pos++;
                    break;
                case (byte)' ' or (byte)'\t' or (byte)'\r':
                    do
                    {
                        pos++;
                    }
                    while (pos < length && text[pos] == ' ');

                    break;
                case (byte)';' or (byte)'{':
                    Terminate(c);
                    break;
                case (byte)'}':
                    CloseBrace();
                    break;
                case (byte)'#':
                    SkipComment();
                    break;
                case (byte)'"' or (byte)'\'':
                    BeginWord();
                    ReadQuoted(c);
                    break;
                default:
                    BeginWord();
                    ReadBare();
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BeginWord()
    {
        if (tokenCount == firstToken)
        {
            directiveStart = pos;
            directiveLine = line;
        }
    }

    /// <summary>A word without quotes ends at white space, <c>;</c> or <c>{</c>; <c>${</c> and a backslash take the next byte along.</summary>
    private void ReadBare()
    {
        var bytes = text;
        var start = pos;
        var i = start;
        var startLine = line;
        var flags = TokenFlags.None;
        while (true)
        {
            var c = bytes[i];
            // The first byte never ends a word: ngx_conf_read_token looks at terminators only after it.
            if (c == '\\')
            {
                flags |= TokenFlags.Escaped;
                i++;
                if (i < bytes.Length && bytes[i] == '\n')
                {
                    line++;
                }
            }
            else if (c == '$')
            {
                while (i + 1 < bytes.Length && bytes[i + 1] == '{')
                {
                    i++;
                }
            }

            i++;
            while (i < bytes.Length && WordBytes[bytes[i]] != 0)
            {
                i++;
            }

            if (i >= bytes.Length)
            {
                i = bytes.Length;
                flags |= TokenFlags.Unterminated;
                break;
            }

            if (EndsBareWord(bytes[i]))
            {
                break;
            }
        }

        AddToken(start, i - start, flags);
        pos = i;
        // White space leaves the word in the buffer while the next byte is fetched; a terminator does not.
        var inBuffer = i < bytes.Length && bytes[i] is not ((byte)';' or (byte)'{') ? i - start + 1 : i - start;
        if (inBuffer >= WordBytesMax && start + WordBytesMax < bytes.Length)
        {
            ReportTooLong(start, startLine, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool EndsBareWord(byte c) => c is (byte)' ' or (byte)';' or (byte)'\n' or (byte)'{' or (byte)'\t' or (byte)'\r';

    private void SkipComment()
    {
        var start = pos;
        var end = text[start..].IndexOf((byte)'\n');
        pos = end < 0 ? text.Length : start + end;
        AddComment(new Comment(start, pos - start, line));
        if (pos - start >= WordBytesMax && start + WordBytesMax < text.Length)
        {
            ReportTooLong(start, line, 0);
        }
    }

    private void AddComment(Comment comment)
    {
        if (commentCount == comments.Length)
        {
            Array.Resize(ref comments, Math.Max(16, commentCount * 2));
        }

        comments[commentCount++] = comment;
    }

    /// <summary><c>;</c> or <c>{</c> after the words of a directive.</summary>
    private void Terminate(byte terminator)
    {
        if (tokenCount == firstToken)
        {
            Report(pos, line, terminator == ';' ? "unexpected \";\"" : "unexpected \"{\"");
            directiveStart = pos;
            directiveLine = line;
            if (terminator == ';')
            {
                pos++;
                return;
            }
        }

        var node = AddNode(line);
        pos++;
        if (terminator == ';')
        {
            CloseSimple(node);
        }
        else
        {
            nodes[node].BodyStart = pos;
            if (IsLuaBlock(node))
            {
                ReadLuaBody(node);
            }
            else
            {
                openNode = node;
            }
        }
    }

    private void CloseBrace()
    {
        if (tokenCount != firstToken)
        {
            Report(pos, line, "unexpected \"}\"", HintOfUnterminated());
            CloseSimple(AddNode(line));
        }

        if (openNode < 0)
        {
            Report(pos, line, "unexpected \"}\"");
            pos++;
            return;
        }

        CloseBlock(pos, pos + 1);
        pos++;
    }

    private void CloseBlock(int bodyEnd, int end)
    {
        ref var node = ref nodes[openNode];
        node.BodyEnd = bodyEnd;
        node.End = end;
        node.EndLine = line;
        node.Next = nodeCount;
        openNode = node.Parent;
    }

    private readonly void CloseSimple(int index)
    {
        ref var node = ref nodes[index];
        node.BodyStart = -1;
        node.BodyEnd = -1;
        node.End = pos;
        node.EndLine = line;
        node.Next = index + 1;
    }

    private void Finish()
    {
        if (tokenCount != firstToken)
        {
            Report(text.Length, line, "unexpected end of file, expecting \";\" or \"}\"", HintOfUnterminated());
            CloseSimple(AddNode(line));
            CloseAll();
        }
        else if (openNode >= 0)
        {
            CloseAll();
            Report(text.Length, line, "unexpected end of file, expecting \"}\"", SyntaxHints.UnclosedBlock(nodes.AsSpan(0, nodeCount), tokens, text));
        }
    }

    private void CloseAll()
    {
        while (openNode >= 0)
        {
            CloseBlock(text.Length, text.Length);
        }
    }

    private readonly string HintOfUnterminated() => SyntaxHints.UnterminatedBefore(text, tokens[firstToken], directiveLine);

    private int AddNode(int terminatorLine)
    {
        if (nodeCount == nodes.Length)
        {
            Array.Resize(ref nodes, nodes.Length * 2);
        }

        // The array comes as the memory was: what is not set here is set when the directive ends.
        ref var node = ref nodes[nodeCount];
        node.Start = directiveStart;
        node.Line = directiveLine;
        node.TerminatorLine = terminatorLine;
        node.FirstToken = firstToken;
        node.TokenCount = tokenCount - firstToken;
        node.Parent = openNode;
        node.IsRaw = false;
        firstToken = tokenCount;
        return nodeCount++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddToken(int start, int length, TokenFlags flags)
    {
        if (tokenCount == tokens.Length)
        {
            Array.Resize(ref tokens, tokens.Length * 2);
        }

        tokens[tokenCount++] = new Token(start, length, flags);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Report(int offset, int atLine, string message, string? hint = null)
    {
        problems ??= [];
        if (problems.Count < ProblemsMax)
        {
            problems.Add(new SyntaxProblem(offset, atLine, message, hint));
        }
    }

    private void ReportTooLong(int start, int startLine, byte quote) => Report(start, startLine, quote != 0
        ? $"too long parameter, probably missing terminating \"{(char)quote}\" character"
        : $"too long parameter \"{TextOf.Bytes(text.Slice(start, 10))}...\" started");

    /// <summary>nginx knows no byte order mark: it becomes part of the first word. We name it and read on behind it.</summary>
    private void SkipByteOrderMark()
    {
        if (!text.StartsWith("\uFEFF"u8))
        {
            return;
        }

        var rest = text[3..];
        var end = rest.IndexOfAny(WordEnds);
        var word = rest[..Math.Min(end < 0 ? rest.Length : end, 64)];
        Report(0, 1, $"unknown directive \"\uFEFF{TextOf.Bytes(word)}\"");
        pos = 3;
    }
}
