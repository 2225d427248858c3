using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>One directive of the rewrite module, compiled (ngx_http_rewrite_module).</summary>
internal abstract record RewriteStep(Directive Directive)
{
    /// <summary>Only redirects to another site look like this to the module.</summary>
    private static readonly string[] RedirectStarts = ["http://", "https://", "$scheme"];

    public static IReadOnlyList<RewriteStep> Read(Scope scope, IReadOnlyList<Directive> block)
    {
        var steps = new List<RewriteStep>();
        foreach (var directive in block)
        {
            if (Of(scope, directive) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    private static RewriteStep? Of(Scope scope, Directive directive)
    {
        switch (directive.Name)
        {
            case "if" when directive.Block is not null:
                return If(scope, directive);
            case "rewrite" when directive.Arguments.Count >= 2:
                return Rewrite(directive);
            case "return" when directive.Arguments.Count >= 1:
                return Return(directive);
            case "set" when directive.Arguments.Count == 2:
                var words = ByteText.Words(directive);
                return new SetStep(ByteText.Lower(words[1].TrimStart('$')), Script.Compile(words[2]), directive);
            case "break":
                return new BreakStep(directive);
            default:
                return null;
        }
    }

    private static RewriteUriStep Rewrite(Directive directive)
    {
        var words = ByteText.Words(directive);
        var replacement = words[2];
        var keepsArguments = !replacement.EndsWith('?');
        if (!keepsArguments)
        {
            replacement = replacement[..^1];
        }

        var flag = words.Length > 3 ? words[3] : string.Empty;
        var elsewhere = RedirectStarts.Any(s => words[2].StartsWith(s, StringComparison.Ordinal));
        var status = flag == "permanent" ? 301 : flag == "redirect" || elsewhere ? 302 : 0;
        return new RewriteUriStep(
            Pattern.TryCreate(words[1], ignoreCase: false),
            Script.Compile(replacement, splitArguments: status == 0),
            keepsArguments,
            status,
            flag == "break",
            status != 0 || flag.Length > 0,
            directive);
    }

    private static ReturnStep Return(Directive directive)
    {
        var words = ByteText.Words(directive);
        return int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? new ReturnStep(status, words.Length > 2 ? Script.Compile(words[2]) : null, directive)
            : new ReturnStep(302, Script.Compile(words[1]), directive);
    }

    private static IfStep If(Scope scope, Directive directive)
    {
        // An if in a server does not change the configuration in force (if_code->loc_conf is null there).
        var inner = scope.Location is null ? null : scope.Children.Of(directive);
        return new IfStep(Condition.Read(directive), Read(inner ?? scope, directive.Block!), inner, directive);
    }
}

internal sealed record SetStep(string Variable, Script Value, Directive Directive) : RewriteStep(Directive);

/// <param name="Pattern">Null when the expression cannot be read here.</param>
/// <param name="Status">301 or 302 for a redirect, else 0.</param>
internal sealed record RewriteUriStep(Pattern? Pattern, Script Replacement, bool KeepsArguments, int Status, bool IsBreak, bool IsLast, Directive Directive)
    : RewriteStep(Directive);

internal sealed record ReturnStep(int Status, Script? Text, Directive Directive) : RewriteStep(Directive);

internal sealed record BreakStep(Directive Directive) : RewriteStep(Directive);

/// <param name="Inner">The configuration that comes into force; null in a server.</param>
internal sealed record IfStep(Condition Condition, IReadOnlyList<RewriteStep> Body, Scope? Inner, Directive Directive) : RewriteStep(Directive);
