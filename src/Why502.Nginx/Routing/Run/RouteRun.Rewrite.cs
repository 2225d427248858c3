using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>The rewrite module (ngx_http_rewrite_handler, ngx_http_script.c).</summary>
internal sealed partial class RouteRun
{
    private Phase ServerRewrite() => Rewrite(Phase.FindConfig);

    /// <summary>In the server itself the module's code has run already.</summary>
    private Phase LocationRewrite() => ReferenceEquals(scope, server) ? Phase.PostRewrite : Rewrite(Phase.PostRewrite);

    private Phase Rewrite(Phase next)
    {
        if (scope.Rewrites.Count == 0)
        {
            return next;
        }

        var engine = new Engine();
        Execute(scope.Rewrites, engine);
        return engine.Status switch
        {
            null => next,
            Engine.Answered => Phase.Done,
            { } code => Finalize(code, null),
        };
    }

    /// <summary>False when the code ends here.</summary>
    private bool Execute(IReadOnlyList<RewriteStep> code, Engine engine)
    {
        foreach (var step in code)
        {
            var goesOn = step switch
            {
                SetStep set => Set(set, engine),
                IfStep choice => If(choice, engine),
                RewriteUriStep rewrite => RewriteUri(rewrite, engine),
                ReturnStep answer => Return(answer, engine),
                _ => Break(step),
            };
            if (!goesOn)
            {
                return false;
            }
        }

        return true;
    }

    private bool Set(SetStep step, Engine engine)
    {
        var value = Measured(step.Value, engine);
        if (step.Variable == "args")
        {
            // ngx_http_variable_set_args.
            args = value;
            validUnparsedUri = false;
        }
        else
        {
            set[step.Variable] = value;
        }

        Step("rewrite", $"set ${step.Variable} to \"{ByteText.ToText(value)}\"", step.Directive.At);
        return true;
    }

    private bool If(IfStep step, Engine engine)
    {
        var holds = Holds(step.Condition, engine);
        if (engine.Status is not null)
        {
            return false;
        }

        Step("rewrite", $"{ConditionText(step)}: {(holds ? "true" : "false")}", step.Directive.At);
        if (!holds)
        {
            return true;
        }

        if (step.Inner is not null)
        {
            scope = step.Inner;
            UpdateLocationConfig();
        }

        return Execute(step.Body, engine);
    }

    private static string ConditionText(IfStep step) => $"if {string.Join(' ', step.Directive.Arguments)}";

    private bool Holds(Condition condition, Engine engine)
    {
        switch (condition.Kind)
        {
            case ConditionKind.IsSet:
                return Truth(Evaluate(condition.Subject!));
            case ConditionKind.Equal:
                var subject = Evaluate(condition.Subject!);
                return subject == Measured(condition.Value!, engine) != condition.IsNegated;
            case ConditionKind.Matches when condition.Pattern is not null:
                return HoldsMatch(condition, engine);
            case ConditionKind.File:
                return FileHolds(condition, Measured(condition.Value!, engine));
            default:
                Note("a condition of an if cannot be read here");
                return false;
        }
    }

    private static bool Truth(string value) => value.Length > 0 && value != "0";

    private bool HoldsMatch(Condition condition, Engine engine)
    {
        var matched = Matches(condition.Pattern!, Evaluate(condition.Subject!));
        switch (matched)
        {
            case MatchKind.Failed:
                engine.Status = 500;
                return false;
            case MatchKind.None:
                captures = PatternMatch.None;
                break;
        }

        return matched == MatchKind.Found != condition.IsNegated;
    }

    private bool FileHolds(Condition condition, string path)
    {
        var file = files.Look(path);
        var exists = file is RouteFile.Regular or RouteFile.Executable or RouteFile.Directory or RouteFile.Other;
        var holds = condition.FileTest switch
        {
            'f' => file is RouteFile.Regular or RouteFile.Executable,
            'd' => file == RouteFile.Directory,
            'x' => file is RouteFile.Executable or RouteFile.Directory,
            _ => exists,
        };
        return holds != condition.IsNegated;
    }

    private bool Break(RewriteStep step)
    {
        if (uriChanged)
        {
            validLocation = false;
            uriChanged = false;
        }

        Step("rewrite", "break", step.Directive.At);
        return false;
    }

    /// <summary>ngx_http_script_return_code, ngx_http_send_response.</summary>
    private bool Return(ReturnStep step, Engine engine)
    {
        Step("answer", $"return {string.Join(' ', step.Directive.Arguments)}", step.Directive.At);
        if (step.Status >= 400 && step.Text is null or { Source: "" })
        {
            engine.Status = step.Status;
            return false;
        }

        var text = step.Text is null ? string.Empty : Evaluate(step.Text);
        if (step.Status is 301 or 302 or 303 or 307 or 308)
        {
            redirect = text;
            engine.Status = step.Status;
            return false;
        }

        Finish(step.Status);
        engine.Status = Engine.Answered;
        return false;
    }

    /// <summary>ngx_http_script_regex_start_code and ngx_http_script_regex_end_code.</summary>
    private bool RewriteUri(RewriteUriStep step, Engine engine)
    {
        var matched = step.Pattern is null ? MatchKind.None : Matches(step.Pattern, uri);
        if (step.Pattern is null)
        {
            Note($"the expression of \"{step.Directive}\" cannot be read here");
        }

        if (matched == MatchKind.None)
        {
            captures = PatternMatch.None;
            return true;
        }

        if (matched == MatchKind.Failed)
        {
            engine.Status = 500;
            return false;
        }

        if (step.Status != 0)
        {
            engine.Status = step.Status;
        }

        isInternal = true;
        validUnparsedUri = false;
        uriChanged = !step.IsBreak;
        validLocation &= !step.IsBreak;
        return Replace(step, engine);
    }

    private bool Replace(RewriteUriStep step, Engine engine)
    {
        engine.Quote = step.Status != 0;
        var (text, argumentsAt) = Written(step.Replacement, engine);
        engine.Quote = false;
        if (step.Status != 0)
        {
            redirect = UriEscape.UnescapeRedirect(text);
            if (step.KeepsArguments && args.Length > 0)
            {
                redirect += (step.Replacement.HasQuestionMark ? "&" : "?") + args;
            }

            Step("rewrite", $"{step.Directive}: redirects to {ByteText.ToText(redirect)}", step.Directive.At);
            return false;
        }

        if (argumentsAt >= 0)
        {
            var own = text[argumentsAt..];
            args = step.KeepsArguments && args.Length > 0 ? $"{own}&{args}" : own;
            text = text[..argumentsAt];
        }
        else if (!step.KeepsArguments)
        {
            args = string.Empty;
        }

        uri = text;
        Step("rewrite", $"{step.Directive}: now {UriText()}", step.Directive.At);
        if (uri.Length == 0)
        {
            engine.Status = 500;
            return false;
        }

        return !step.IsLast;
    }

    /// <summary>A value whose room is measured first (ngx_http_script_complex_value_code): what is then written beyond it is lost.</summary>
    private string Measured(Script script, Engine engine)
    {
        if (script.IsLiteral)
        {
            return script.Source;
        }

        var room = Length(script, engine.Quote, isArguments: false);
        var (text, _) = Written(script, engine);
        return text.Length > room ? text[..room] : text;
    }

    private int Length(Script script, bool quote, bool isArguments)
    {
        var length = 0;
        foreach (var part in script.Parts)
        {
            length += part.Kind switch
            {
                Script.PartKind.Text => part.Text.Length,
                Script.PartKind.Variable => Variable(part.Text).Length,
                Script.PartKind.Capture => Capture(part.Number, quote || isArguments).Length,
                _ => 1,
            };
            isArguments |= part.Kind == Script.PartKind.Arguments;
        }

        return length;
    }

    private (string Text, int ArgumentsAt) Written(Script script, Engine engine)
    {
        if (script.SetsLengthsFirst)
        {
            _ = Length(script, engine.Quote, engine.InArguments);
        }

        var text = new StringBuilder();
        var at = -1;
        foreach (var part in script.Parts)
        {
            switch (part.Kind)
            {
                case Script.PartKind.Text:
                    text.Append(part.Text);
                    break;
                case Script.PartKind.Variable:
                    text.Append(Variable(part.Text));
                    break;
                case Script.PartKind.Capture:
                    text.Append(Capture(part.Number, engine.Quote || engine.InArguments));
                    break;
                default:
                    // The mark stays for the rest of this run of the engine, as nginx's does (e->is_args is never taken back).
                    engine.InArguments = true;
                    at = text.Length;
                    break;
            }
        }

        return (text.ToString(), at);
    }

    /// <summary>ngx_http_script_copy_capture_code.</summary>
    private string Capture(int number, bool escapes)
    {
        var text = captures.Capture(number);
        return escapes && (quotedUri || plusInUri) ? UriEscape.Arguments(text) : text;
    }

    /// <summary>The state of ngx_http_script_engine_t that outlives a directive.</summary>
    private sealed class Engine
    {
        /// <summary>The response is sent: no error page applies.</summary>
        public const int Answered = -1;

        /// <summary>True at the start of a run, and false behind the first rewrite.</summary>
        public bool Quote { get; set; } = true;

        public bool InArguments { get; set; }

        public int? Status { get; set; }
    }
}
