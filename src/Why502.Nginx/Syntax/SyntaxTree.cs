namespace Why502.Nginx.Syntax;

/// <summary>One word as written: its bytes without the enclosing quotes, and how to read them.</summary>
internal readonly struct Token(int start, int length, TokenFlags flags)
{
    public readonly int Start = start;
    public readonly int Length = length;
    public readonly TokenFlags Flags = flags;

    public int End => Start + Length;
}

[Flags]
internal enum TokenFlags
{
    None = 0,
    Quoted = 1,
    Escaped = 2,
    Unterminated = 4,
}

/// <summary>One directive as it lies in the file. Nodes are in file order, so a block's children follow it up to <see cref="Next"/>.</summary>
internal struct Node
{
    /// <summary>Offset of the first byte of the name, the opening quote included.</summary>
    public int Start;

    /// <summary>Offset after the closing <c>;</c> or <c>}</c>.</summary>
    public int End;

    /// <summary>Offset after <c>{</c>, or -1 when the directive has no block.</summary>
    public int BodyStart;

    /// <summary>Offset of <c>}</c>, or of the end of the file when it is missing.</summary>
    public int BodyEnd;

    /// <summary>Index of the node that follows this one and everything in it.</summary>
    public int Next;

    public int Parent;
    public int FirstToken;
    public int TokenCount;

    /// <summary>The line of the name.</summary>
    public int Line;

    /// <summary>The line of <c>;</c> or <c>{</c>: the one nginx names in its messages about this directive.</summary>
    public int TerminatorLine;

    /// <summary>The line of <c>}</c>, or of <c>;</c> when there is no block.</summary>
    public int EndLine;

    /// <summary>The block's body is another language's text (a <c>*_by_lua_block</c>).</summary>
    public bool IsRaw;
}

/// <summary>A comment from its <c>#</c> to the end of its line, the line feed not included.</summary>
internal readonly record struct Comment(int Start, int Length, int Line);

/// <summary>A mistake of the text, with the line on which nginx would report it.</summary>
/// <param name="Hint">What was probably meant; null when there is no good guess.</param>
internal readonly record struct SyntaxProblem(int Offset, int Line, string Message, string? Hint = null);

/// <summary>What <see cref="SyntaxParser"/> understood of a file: flat arrays over the file's bytes, shared by every inclusion of the file.</summary>
internal sealed class SyntaxTree(Node[] nodes, int nodeCount, Token[] tokens, Comment[] comments, int commentCount, IReadOnlyList<SyntaxProblem> problems)
{
    public ReadOnlySpan<Node> Nodes => nodes.AsSpan(0, nodeCount);

    /// <summary>In file order; those within a <c>*_by_lua_block</c> are Lua's.</summary>
    public ReadOnlySpan<Comment> Comments => comments.AsSpan(0, commentCount);

    public IReadOnlyList<SyntaxProblem> Problems => problems;

    public ref readonly Node Node(int index) => ref nodes[index];

    public ReadOnlySpan<Token> TokensOf(int node) => tokens.AsSpan(nodes[node].FirstToken, nodes[node].TokenCount);
}
