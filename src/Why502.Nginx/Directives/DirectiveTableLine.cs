namespace Why502.Nginx.Directives;

/// <summary>Reads one line of <c>directives.tsv</c>.</summary>
internal static class DirectiveTableLine
{
    public static DirectiveForm Parse(string line)
    {
        var c = line.Split('\t');
        return new DirectiveForm(c[0], c[1], Contexts(c[2]), Arguments(c[3]), c[4], VersionOf(c[5]), VersionOf(c[6]), Type(c[7]), c[8].Length == 0 ? [] : c[8].Split(','))
        {
            Inherits = InheritanceRule.Parse(c[9]),
        };
    }

    private static Version? VersionOf(string cell) => cell.Length == 0 ? null : Version.Parse(cell);

    private static DirectiveContexts Contexts(string cell)
    {
        var contexts = DirectiveContexts.None;
        foreach (var word in cell.Split(','))
        {
            contexts |= word switch
            {
                "any" => DirectiveContexts.Any,
                "main" => DirectiveContexts.Main,
                "events" => DirectiveContexts.Events,
                "http" => DirectiveContexts.Http,
                "server" => DirectiveContexts.Server,
                "location" => DirectiveContexts.Location,
                "upstream" => DirectiveContexts.Upstream,
                "if-in-server" => DirectiveContexts.IfInServer,
                "if-in-location" => DirectiveContexts.IfInLocation,
                "limit_except" => DirectiveContexts.LimitExcept,
                "stream" => DirectiveContexts.Stream,
                "stream_server" => DirectiveContexts.StreamServer,
                "stream_upstream" => DirectiveContexts.StreamUpstream,
                "mail" => DirectiveContexts.Mail,
                "mail_server" => DirectiveContexts.MailServer,
                "process" => DirectiveContexts.Process,
                _ => throw new FormatException($"directives.tsv: no such context: {word}"),
            };
        }

        return contexts;
    }

    /// <summary><c>1-3</c>, <c>1,3</c>, <c>0|1+</c>, <c>flag</c>, <c>2 block</c>.</summary>
    private static ArgumentCounts Arguments(string cell)
    {
        var counts = ArgumentCounts.None;
        if (cell.EndsWith("block", StringComparison.Ordinal))
        {
            cell = cell[..^5].TrimEnd();
            counts = ArgumentCounts.Block | (cell.Length == 0 ? ArgumentCounts.Zero : 0);
        }

        foreach (var word in cell.Split(['|', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            counts |= word switch
            {
                "any" => ArgumentCounts.Any,
                "flag" => ArgumentCounts.Flag,
                "1+" => ArgumentCounts.OneOrMore,
                "2+" => ArgumentCounts.TwoOrMore,
                [var digit] => Exactly(digit),
                [var first, '-', var last] => Enumerable.Range(first, last - first + 1).Aggregate(ArgumentCounts.None, (all, digit) => all | Exactly((char)digit)),
                _ => throw new FormatException($"directives.tsv: no such number of arguments: {cell}"),
            };
        }

        return counts;
    }

    private static ArgumentCounts Exactly(char digit) => (ArgumentCounts)(1 << (digit - '0'));

    private static ValueType Type(string cell) => cell switch
    {
        "" => ValueType.Custom,
        "flag" => ValueType.Flag,
        "number" => ValueType.Number,
        "milliseconds" => ValueType.Milliseconds,
        "seconds" => ValueType.Seconds,
        "size" => ValueType.Size,
        "offset" => ValueType.Offset,
        "string" => ValueType.Text,
        "strings" => ValueType.Texts,
        "keyval" => ValueType.KeyValue,
        "enum" => ValueType.Enum,
        "bitmask" => ValueType.Bitmask,
        "buffers" => ValueType.Buffers,
        "path" => ValueType.Path,
        "access" => ValueType.Access,
        "complex" => ValueType.Complex,
        "complex-zero" => ValueType.ComplexZero,
        "complex-size" => ValueType.ComplexSize,
        "predicates" => ValueType.Predicates,
        "types" => ValueType.Types,
        "bind" => ValueType.Bind,
        "params" => ValueType.Parameter,
        _ => throw new FormatException($"directives.tsv: no such type: {cell}"),
    };
}
