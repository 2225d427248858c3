using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Why502.Repair;

/// <summary>
/// A compose file as text with the places of its values: an edit is made at a place and leaves every other byte, comments and quotes included. Null results mean that the file is
/// written in a way (anchors, merged mappings, several documents) in which one place may hold for others, too: then a person edits.
/// </summary>
internal static class ComposeFile
{
    private const int DepthMax = 32;
    private const int NodesMax = 50_000;

    private sealed record Node(ParsingEvent Start, bool IsShared)
    {
        /// <summary>Of a mapping in turn a key and its value.</summary>
        public List<Node> Children { get; } = [];

        public int At => (int)Start.Start.Index;

        public int End => (int)Start.End.Index;

        public int Column => (int)Start.Start.Column - 1;

        public int Line => (int)Start.Start.Line;

        public string? Text => (Start as Scalar)?.Value;

        public Node? Value(string key)
        {
            for (var i = 0; Start is MappingStart && i + 1 < Children.Count; i += 2)
            {
                if (Children[i].Text == key)
                {
                    return Children[i + 1];
                }
            }

            return null;
        }
    }

    /// <summary>Whether the file has the service, and this key of it; null where it has the service in a way in which a person edits.</summary>
    public static bool? Says(byte[] file, string service, string? key)
    {
        var text = Encoding.UTF8.GetString(file);
        try
        {
            return Read(text)?.Value("services")?.Value(service) is null ? false : Service(text, service) is { } found ? key is null || found.Value(key) is not null : null;
        }
        catch (YamlException)
        {
            return null;
        }
    }

    /// <summary>The file with one more published port of a service.</summary>
    /// <param name="file">Its bytes, UTF-8.</param>
    /// <param name="service">Its name.</param>
    /// <param name="mapping">In the short form: "127.0.0.1:3000:3000".</param>
    public static byte[]? Publish(byte[] file, string service, string mapping)
    {
        var text = Encoding.UTF8.GetString(file);
        if (Service(text, service) is not { } found)
        {
            return null;
        }

        var item = $"\"{mapping}\"";
        var after = found.Value("ports") switch
        {
            null => WithKey(text, found, item),
            { Start: SequenceStart { Style: SequenceStyle.Block }, Children: [var first, ..] } list when LineStart(text, list.At) is var line && text[line..].TrimStart(' ') is ['-', ..]
                => text.Insert(line, $"{Indent(text, line)}- {item}{NewLine(text)}"),
            { Start: SequenceStart { Style: SequenceStyle.Flow } } list => text.Insert(list.At + 1, list.Children.Count == 0 ? item : item + ", "),
            _ => null,
        };
        return after is not null && Service(after, service)?.Value("ports") is { } ports && ports.Children.Count(child => child.Text == mapping) == 1 ? Encoding.UTF8.GetBytes(after) : null;
    }

    /// <summary>The file with a service's command listening on all addresses of its container, where the command says loopback and this port.</summary>
    public static byte[]? ListenOnAll(byte[] file, string service, int port)
    {
        var text = Encoding.UTF8.GetString(file);
        if (Service(text, service)?.Value("command") is not { } command || (command.Start is Scalar ? [command] : command.Children) is not { Count: > 0 } words || words.Any(word => word.Start is not Scalar))
        {
            return null;
        }

        // One place only: where loopback is said twice, one of them may be somebody else's address.
        var places = words.SelectMany(word => ComposeBind.Places(text[word.At..word.End], port).Select(place => (At: word.At + place.At, place.Length))).ToList();
        var after = places is [var only] ? text.Remove(only.At, only.Length).Insert(only.At, "0.0.0.0") : null;
        return after is not null && Service(after, service)?.Value("command") is not null ? Encoding.UTF8.GetBytes(after) : null;
    }

    /// <summary>The mapping of a service; null where it is not the file's own or not in block style.</summary>
    private static Node? Service(string text, string name)
    {
        try
        {
            var service = Read(text)?.Value("services")?.Value(name);
            return service is { Start: MappingStart { Style: MappingStyle.Block }, IsShared: false, Children.Count: > 0 } && service.Value("<<") is null && service.Value("extends") is null
                && service.Children.All(child => !child.IsShared) ? service : null;
        }
        catch (YamlException)
        {
            return null;
        }
    }

    /// <summary>Behind the last value that fits its key's line, or before all.</summary>
    private static string WithKey(string text, Node service, string item)
    {
        var indent = new string(' ', service.Children[0].Column);
        var added = $"{indent}ports:{NewLine(text)}{indent}  - {item}{NewLine(text)}";
        for (var i = service.Children.Count - 2; i >= 0; i -= 2)
        {
            var (key, value) = (service.Children[i], service.Children[i + 1]);
            if (value.Start is Scalar { Style: ScalarStyle.Plain or ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted } && value.Line == key.Line && value.Start.End.Line == key.Line)
            {
                var end = text.IndexOf('\n', value.End - (value.End > 0 && text[value.End - 1] == '\n' ? 1 : 0));
                return end < 0 ? $"{text}{NewLine(text)}{added}" : text.Insert(end + 1, added);
            }
        }

        return text.Insert(LineStart(text, service.Children[0].At), added);
    }

    private static Node? Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        Node? root = null;
        var open = new Stack<Node>();
        var (documents, nodes) = (0, 0);
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            switch (current)
            {
                case DocumentStart:
                    documents++;
                    break;
                case MappingStart or SequenceStart or Scalar or AnchorAlias:
                    var node = new Node(current, current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false });
                    root ??= node;
                    if (open.TryPeek(out var above))
                    {
                        above.Children.Add(node);
                    }

                    if (current is MappingStart or SequenceStart)
                    {
                        open.Push(node);
                    }

                    break;
                case MappingEnd or SequenceEnd:
                    open.Pop();
                    break;
            }

            if (documents > 1 || ++nodes > NodesMax || open.Count > DepthMax)
            {
                return null;
            }
        }

        return root;
    }

    private static int LineStart(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    private static string Indent(string text, int line) => text[line..(line + text[line..].TakeWhile(letter => letter == ' ').Count())];

    private static string NewLine(string text) => text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
}
