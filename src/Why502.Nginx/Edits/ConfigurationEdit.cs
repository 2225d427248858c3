using System.Buffers;
using System.Text;
using Why502.Nginx.Edits;

namespace Why502.Nginx;

/// <summary>One file before and after an edit.</summary>
#pragma warning disable CA1819 // Whole files are handed on by reference.
public sealed record FileEdit(string File, byte[] Before, byte[] After)
{
    public string UnifiedDiff(int context = 3) => Nginx.UnifiedDiff.Of(File, Before, After, context);
}
#pragma warning restore CA1819

/// <summary>Edits as values: they change as few lines as possible and keep the file's own indentation, line ends and quoting.</summary>
public static class ConfigurationEdit
{
    private static readonly SearchValues<char> EndsWord = SearchValues.Create(" \t\r\n;\\");

    /// <summary>Sets a directive in a block: the one that is written in this very block is changed, else one is added behind the pass directive or the last simple directive.</summary>
    public static FileEdit Set(NginxConfiguration configuration, Directive block, string name, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(block);
        var own = block.Written?.LastOrDefault(d => d.Is(name) && d.Block is null);
        return own is not null ? SetArguments(configuration, own, arguments) : Add(block, name, arguments);
    }

    /// <summary>Replaces a directive's arguments; those that stay the same keep their bytes.</summary>
    public static FileEdit SetArguments(NginxConfiguration configuration, Directive directive, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(directive);
        ArgumentNullException.ThrowIfNull(arguments);
        var bytes = directive.File.Bytes;
        var edits = new List<(ByteSpan Span, byte[] Text)>();
        var common = Math.Min(arguments.Length, directive.Arguments.Count);
        for (var i = 0; i < common; i++)
        {
            if (directive.Arguments[i] != arguments[i])
            {
                edits.Add((WithQuotes(directive, i), Encoding.UTF8.GetBytes(Quote(arguments[i], directive.IsQuoted(i)))));
            }
        }

        if (arguments.Length > common)
        {
            var end = common == 0 ? Outer(bytes, directive.NameSpan).End : WithQuotes(directive, common - 1).End;
            var added = string.Concat(arguments.Skip(common).Select(a => " " + Quote(a, false)));
            edits.Add((new ByteSpan(end, end), Encoding.UTF8.GetBytes(added)));
        }
        else if (directive.Arguments.Count > common)
        {
            var start = common == 0 ? Outer(bytes, directive.NameSpan).End : WithQuotes(directive, common - 1).End;
            edits.Add((new ByteSpan(start, WithQuotes(directive, directive.Arguments.Count - 1).End), []));
        }

        return new FileEdit(directive.File.Path, bytes, Apply(bytes, edits));
    }

    /// <summary>A word as nginx must read it: as it is when possible, else in quotes with its escapes.</summary>
    public static string Quote(string argument, bool inQuotes)
    {
        ArgumentNullException.ThrowIfNull(argument);
        if (!inQuotes && !NeedsQuotes(argument))
        {
            return argument;
        }

        var text = new StringBuilder("\"");
        for (var i = 0; i < argument.Length; i++)
        {
            var c = argument[i];
            // A backslash is doubled only where nginx would take it for the start of an escape.
            if (c == '"' || (c == '\\' && (i + 1 == argument.Length || argument[i + 1] is '"' or '\'' or '\\' or 't' or 'r' or 'n')))
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.Append('"').ToString();
    }

    private static bool NeedsQuotes(string argument) =>
        argument.Length == 0
        || argument[0] is '"' or '\'' or '#' or '}'
        || argument.AsSpan().ContainsAny(EndsWord)
        || argument.Replace("${", string.Empty, StringComparison.Ordinal).Contains('{');

    private static FileEdit Add(Directive block, string name, string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var bytes = block.File.Bytes;
        var text = string.Concat(arguments.Select(a => " " + Quote(a, false)).Prepend(name)) + ";";
        var place = EditPlace.In(block);
        return new FileEdit(block.File.Path, bytes, Apply(bytes, [place.Insertion(text)]));
    }

    private static ByteSpan WithQuotes(Directive directive, int argument) => Outer(directive.File.Bytes, directive.ArgumentSpan(argument), directive.IsQuoted(argument));

    private static ByteSpan Outer(byte[] bytes, ByteSpan span, bool quoted = true) =>
        quoted && span.Start > 0 && bytes[span.Start - 1] is (byte)'"' or (byte)'\'' && span.End < bytes.Length && bytes[span.End] == bytes[span.Start - 1]
            ? new ByteSpan(span.Start - 1, span.End + 1)
            : span;

    private static byte[] Apply(byte[] bytes, List<(ByteSpan Span, byte[] Text)> edits)
    {
        var result = new List<byte>(bytes.Length + edits.Sum(e => e.Text.Length));
        var at = 0;
        foreach (var (span, text) in edits)
        {
            result.AddRange(bytes.AsSpan(at, span.Start - at));
            result.AddRange(text);
            at = span.End;
        }

        result.AddRange(bytes.AsSpan(at));
        return [.. result];
    }
}
