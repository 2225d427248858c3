using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>A value with variables, taken apart as ngx_http_script_compile does it.</summary>
internal sealed class Script
{
    private Script(string source, List<Part> parts, bool hasQuestionMark)
    {
        Source = source;
        Parts = parts;
        HasQuestionMark = hasQuestionMark;
        HasVariables = parts.Exists(p => p.Kind == PartKind.Variable);
        IsLiteral = parts.TrueForAll(p => p.Kind == PartKind.Text);
        SetsLengthsFirst = HasVariables && parts.Exists(p => p.Kind == PartKind.Capture);
    }

    public enum PartKind
    {
        Text,
        Capture,
        Variable,

        /// <summary>The question mark behind which a rewritten URI's arguments begin.</summary>
        Arguments,
    }

    public string Source { get; }

    public IReadOnlyList<Part> Parts { get; }

    /// <summary>The text itself holds a question mark, outside variables.</summary>
    public bool HasQuestionMark { get; }

    public bool HasVariables { get; }

    public bool IsLiteral { get; }

    /// <summary>nginx computes the length first and the text second, and a map's expression may replace the captures in between.</summary>
    public bool SetsLengthsFirst { get; }

    /// <param name="splitArguments">The first question mark begins the arguments (sc.compile_args).</param>
    public static Script Compile(string source, bool splitArguments = false)
    {
        var parts = new List<Part>();
        var text = new StringBuilder();
        var questionMark = false;
        var split = splitArguments;
        for (var i = 0; i < source.Length;)
        {
            var c = source[i];
            if (c == '$' && TryReference(source, ref i, out var part))
            {
                Flush(text, parts);
                parts.Add(part);
                continue;
            }

            i++;
            questionMark |= c == '?';
            if (c == '?' && split)
            {
                split = false;
                Flush(text, parts);
                parts.Add(new Part(PartKind.Arguments, string.Empty, 0));
                continue;
            }

            text.Append(c);
        }

        Flush(text, parts);
        return new Script(source, parts, questionMark);
    }

    private static void Flush(StringBuilder text, List<Part> parts)
    {
        if (text.Length > 0)
        {
            parts.Add(new Part(PartKind.Text, text.ToString(), 0));
            text.Clear();
        }
    }

    private static bool TryReference(string source, ref int at, out Part part)
    {
        part = default;
        var start = at + 1;
        if (start >= source.Length)
        {
            return false;
        }

        if (source[start] is >= '1' and <= '9')
        {
            part = new Part(PartKind.Capture, string.Empty, source[start] - '0');
            at = start + 1;
            return true;
        }

        var braced = source[start] == '{';
        start += braced ? 1 : 0;
        var end = start;
        while (end < source.Length && (char.IsAsciiLetterOrDigit(source[end]) || source[end] == '_'))
        {
            end++;
        }

        if (end == start || (braced && (end >= source.Length || source[end] != '}')))
        {
            return false;
        }

        part = new Part(PartKind.Variable, source[start..end].ToLowerInvariant(), 0);
        at = braced ? end + 1 : end;
        return true;
    }

    /// <param name="Text">The text, or the variable's name in small letters: nginx's names know no case.</param>
    public readonly record struct Part(PartKind Kind, string Text, int Number);
}
