using System.Text;

namespace Why502.Logs;

/// <summary>The table of messages with its trie of literal beginnings.</summary>
internal sealed class MessageIndex
{
    private sealed class Node
    {
        public readonly Dictionary<byte, Node> Children = [];
        public readonly List<int> Ends = [];
    }

    private readonly List<ErrorMessage> _all = [];
    private readonly List<MessageFormat> _formats = [];
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly Node _root = new();

    public IReadOnlyList<ErrorMessage> All => _all;

    public ErrorMessage? Find(string id) => _byId.TryGetValue(id, out int at) ? _all[at] : null;

    public static MessageIndex Load()
    {
        using Stream stream = typeof(MessageIndex).Assembly.GetManifestResourceStream("messages.tsv")
            ?? throw new InvalidOperationException("The assembly was built without its table of messages.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        MessageIndex index = new();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                index.Add(MessageTable.Parse(line));
            }
        }

        return index;
    }

    private void Add(ErrorMessage message)
    {
        int at = _all.Count;
        MessageFormat format = new(message.Format);
        message = message with { Ordinal = at };
        _all.Add(message);
        _formats.Add(format);
        _byId[message.Id] = at;
        foreach (byte[] literal in format.Literals)
        {
            byte[] zeroed = NumberShape.Zeroed(literal);
            if (!zeroed.AsSpan().SequenceEqual(literal))
            {
                LetterPairs pairs = default;
                pairs.Add(zeroed);
                _numbered.Add(new Numbered(zeroed, pairs));
            }
        }

        Node node = _root;
        foreach (byte b in format.Prefix)
        {
            if (!node.Children.TryGetValue(b, out Node? next))
            {
                node.Children[b] = next = new Node();
            }

            node = next;
        }

        node.Ends.Add(at);
    }

    /// <summary>Literals that have digits, all zero.</summary>
    private readonly List<Numbered> _numbered = [];

    private sealed class Numbered(byte[] literal, LetterPairs pairs)
    {
        /// <param name="others">Those of the text: most literals are told by them.</param>
        public bool IsIn(ReadOnlySpan<byte> text, in LetterPairs others) => pairs.AreIn(others) && text.IndexOf(literal) >= 0;
    }

    /// <summary>Whether with other digits the text could have a format's literal that it has not.</summary>
    public bool MayHaveOtherLiterals(ReadOnlySpan<byte> text)
    {
        byte[] zeroed = NumberShape.Zeroed(text);
        LetterPairs pairs = default;
        pairs.Add(zeroed);
        foreach (Numbered literal in _numbered)
        {
            if (literal.IsIn(zeroed, pairs))
            {
                return true;
            }
        }

        return false;
    }

    public ErrorMessage? Recognise(ReadOnlySpan<byte> text, in MessageContext context)
    {
        if (text.Length > Memo.TextBytesMax)
        {
            return Search(text, context);
        }

        // A log repeats itself: most messages were seen a moment ago in the same context.
        ref Memo? slot = ref _memos[Memo.Slot(text, context)];
        if (slot is { } memo && memo.Is(text, context))
        {
            return memo.Message;
        }

        ErrorMessage? found = Search(text, context);
        slot = new Memo(text.ToArray(), context, found);
        return found;
    }

    /// <summary>One remembered answer; replaced as a whole, so that readers on other threads see an old or a new one.</summary>
    private sealed class Memo(byte[] text, MessageContext context, ErrorMessage? message)
    {
        public const int TextBytesMax = 96;
        public const int Slots = 512;

        public ErrorMessage? Message => message;

        public bool Is(ReadOnlySpan<byte> other, in MessageContext inContext) => other.SequenceEqual(text) && context == inContext;

        public static int Slot(ReadOnlySpan<byte> text, in MessageContext context)
        {
            Fingerprint print = Fingerprint.New();
            print.Add(text);
            print.AddNumber((ulong)((int)(context.Level ?? LogLevel.Stderr) + ((context.Phase?.Length ?? 0) * 16) + (context.HasErrno == true ? 4096 : 0)));
            return (int)(print.Lower % Slots);
        }
    }

    private readonly Memo?[] _memos = new Memo?[Memo.Slots];

    private ErrorMessage? Search(ReadOnlySpan<byte> text, in MessageContext context)
    {
        Span<int> hits = stackalloc int[64];
        int count = 0;
        LetterPairs pairs = default;
        pairs.Add(text);
        Node node = _root;
        Collect(node, text, pairs, hits, ref count);
        foreach (byte b in text)
        {
            if (!node.Children.TryGetValue(b, out Node? next))
            {
                break;
            }

            node = next;
            Collect(node, text, pairs, hits, ref count);
        }

        int best = -1;
        int bestScore = int.MinValue;
        for (int i = 0; i < count; i++)
        {
            int score = Score(hits[i], context);
            if (score > bestScore)
            {
                (best, bestScore) = (hits[i], score);
            }
        }

        return best < 0 ? null : _all[best];
    }

    private void Collect(Node node, ReadOnlySpan<byte> text, in LetterPairs pairs, Span<int> hits, ref int count)
    {
        foreach (int at in node.Ends)
        {
            if (count < hits.Length && _formats[at].Matches(text, pairs))
            {
                hits[count++] = at;
            }
        }
    }

    private int Score(int at, in MessageContext context)
    {
        ErrorMessage message = _all[at];
        MessageFormat format = _formats[at];
        if (format.Weight == 0 && !context.IsConfiguration && !(context.Level == LogLevel.Notice && message.Levels.Contains(LogLevel.Notice)))
        {
            // "%s" alone: a parser's message with its place in the configuration, or the version that a start writes at notice.
            return int.MinValue;
        }

        int score = (format.Weight * 16) - format.FreeTexts - (message.SourceFile.Contains('@') ? 2 : 0);
        return score + MessageAffinity.Of(message, context);
    }
}
