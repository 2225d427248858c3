using System.Text;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Edits;

/// <summary>One word of a draft: what stands before it, and its text with its quotes.</summary>
internal readonly record struct DraftWord(byte[] Gap, byte[] Text, string Value)
{
    /// <summary>The quote it is written in; zero when it is bare.</summary>
    public byte Quote => Text is [(byte)'"' or (byte)'\'', ..] ? Text[0] : (byte)0;

    public static DraftWord Bare(string gap, string value) => new(Encoding.ASCII.GetBytes(gap), Encoding.UTF8.GetBytes(Quoting.Of(value)), value);

    /// <summary>The same place with another value; quotes stay.</summary>
    public DraftWord With(string value) => value == Value
        ? this
        : new DraftWord(Gap, Encoding.UTF8.GetBytes(Quote == 0 ? Quoting.Of(value) : Quoting.InQuotes(value, (char)Quote)), value);
}

/// <summary>A directive of a draft: an original one, taken apart or not, or a new one.</summary>
internal sealed class DraftDirective
{
    /// <summary>Deeper blocks stay in one piece; the loader makes no directives of them either.</summary>
    private const int DepthMax = ConfigurationLoader.BlockDepthMax;

    private byte[] headEnd = [];
    private byte[] closing = [];

    private DraftDirective(DraftBlock block, int node)
    {
        Block = block;
        Origin = block.File;
        Node = node;
    }

    /// <summary>The block this directive stands in now; null once it is removed.</summary>
    public DraftBlock Block { get; set; }

    public bool IsRemoved { get; set; }

    /// <summary>The file whose tree <see cref="Node"/> is of.</summary>
    public DraftFile Origin { get; }

    /// <summary>The index in the original tree; -1 for a new directive.</summary>
    public int Node { get; }

    public byte[] Lead { get; set; } = [];

    /// <summary>The rest of the line: blanks and a comment.</summary>
    public byte[] Trail { get; set; } = [];

    /// <summary>The name and the arguments; null while the directive is in one piece.</summary>
    public List<DraftWord>? Words { get; private set; }

    /// <summary>Null while the directive is in one piece, and for one without a block.</summary>
    public DraftBlock? Body { get; private set; }

    /// <summary>What stands between the braces of a Lua block, and of one that is nested too deep.</summary>
    public byte[]? RawBody { get; private set; }

    public static DraftDirective Of(DraftBlock block, int node, byte[] lead) => new(block, node) { Lead = lead };

    public static DraftDirective New(DraftBlock block, NewDirective directive)
    {
        var draft = new DraftDirective(block, -1)
        {
            Words = [DraftWord.Bare(string.Empty, directive.Name), .. directive.Arguments.Select(a => DraftWord.Bare(" ", a))],
            headEnd = directive.HasBody ? " "u8.ToArray() : [],
            closing = directive.HasBody ? "}"u8.ToArray() : [],
            RawBody = directive.RawBody is null ? null : Encoding.UTF8.GetBytes(directive.RawBody),
        };
        if (directive.RawBody is null && directive.Block is not null)
        {
            draft.Body = DraftBlock.New(block.File, draft);
        }

        return draft;
    }

    public bool HasBlock => Words is null ? Original.BodyStart >= 0 : Body is not null || RawBody is not null;

    public string Name => Words is null ? NameOf(Origin.File, Node) : Words.Count == 0 ? string.Empty : Words[0].Value;

    private ref readonly Node Original => ref Origin.File.Tree.Node(Node);

    /// <summary>Makes words and block of the original text; nothing looks different afterwards.</summary>
    public void TakeApart()
    {
        if (Words is not null)
        {
            return;
        }

        var bytes = Origin.File.Bytes;
        ref readonly var node = ref Original;
        var words = new List<DraftWord>(node.TokenCount);
        var at = node.Start;
        foreach (var token in Origin.File.Tree.TokensOf(Node))
        {
            var outer = Outer(token);
            words.Add(new DraftWord(bytes[at..outer.Start], bytes[outer.Start..outer.End], TextOf.Word(bytes, token)));
            at = outer.End;
        }

        var headStop = node.BodyStart >= 0 ? node.BodyStart - 1 : node.End > at && bytes[node.End - 1] == ';' ? node.End - 1 : node.End;
        headEnd = bytes[at..Math.Max(at, headStop)];
        closing = node.BodyStart >= 0 ? bytes[node.BodyEnd..node.End] : bytes[Math.Max(at, headStop)..node.End];
        Words = words;
        if (node.BodyStart >= 0)
        {
            TakeBodyApart(node);
        }
    }

    public void Print(List<byte> output)
    {
        if (Words is null)
        {
            output.AddRange(Origin.File.Bytes.AsSpan(Original.Start, Original.End - Original.Start));
            return;
        }

        foreach (var word in Words)
        {
            output.AddRange(word.Gap);
            output.AddRange(word.Text);
        }

        output.AddRange(headEnd);
        if (!HasBlock)
        {
            output.AddRange(Node < 0 ? ";"u8 : closing);
            return;
        }

        if (headEnd.Length == 0 && output[^1] == '$')
        {
            // ngx_conf_read_token: "${" goes on with the word.
            output.Add((byte)' ');
        }

        output.Add((byte)'{');
        if (RawBody is not null)
        {
            output.AddRange(RawBody);
        }
        else
        {
            Body!.Print(output);
        }

        output.AddRange(closing);
    }

    /// <summary>Moves every line of this directive but its first to another indentation, comments included; words and Lua bodies stay as they are.</summary>
    public void Reindent(byte[] from, byte[] to, DraftFile file)
    {
        if (from.AsSpan().SequenceEqual(to) && Origin.Style.NewLine.AsSpan().SequenceEqual(file.Style.NewLine))
        {
            // The file changes all the same: directives that are added to the block later take its style.
            TakeOver(file);
            return;
        }

        TakeApart();
        for (var i = 0; i < Words!.Count; i++)
        {
            Words[i] = Words[i] with { Gap = Gap.Reindented(Words[i].Gap, from, to, file.Style.NewLine) };
        }

        headEnd = Gap.Reindented(headEnd, from, to, file.Style.NewLine);
        if (Body is null)
        {
            return;
        }

        Body.File = file;
        foreach (var item in Body.Items)
        {
            item.Lead = Gap.Reindented(item.Lead, from, to, file.Style.NewLine);
            item.Reindent(from, to, file);
        }

        Body.Tail = Gap.Reindented(Body.Tail, from, to, file.Style.NewLine);
    }

    private void TakeOver(DraftFile file)
    {
        if (Body is null)
        {
            return;
        }

        Body.File = file;
        foreach (var item in Body.Items)
        {
            item.TakeOver(file);
        }
    }

    private void TakeBodyApart(in Node node)
    {
        var depth = 0;
        for (var parent = node.Parent; parent >= 0; parent = Origin.File.Tree.Node(parent).Parent)
        {
            depth++;
        }

        if (node.IsRaw || depth >= DepthMax)
        {
            RawBody = Origin.File.Bytes[node.BodyStart..node.BodyEnd];
        }
        else
        {
            Body = DraftBlock.Of(Origin, this, new ByteSpan(node.BodyStart, node.BodyEnd), Node + 1, node.Next);
            Body.File = Block.File;
        }
    }

    private static ByteSpan Outer(Token token)
    {
        if ((token.Flags & TokenFlags.Quoted) == 0)
        {
            return new ByteSpan(token.Start, token.End);
        }

        return new ByteSpan(token.Start - 1, (token.Flags & TokenFlags.Unterminated) != 0 ? token.End : token.End + 1);
    }

    private static string NameOf(ConfigurationFile file, int node)
    {
        var tokens = file.Tree.TokensOf(node);
        return tokens.Length == 0 ? string.Empty : DirectiveNames.Of(file.Bytes, tokens[0]);
    }
}
