using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_rewrite_module.</summary>
internal static class Rewrite
{
    private const DirectiveContexts Code = DirectiveContexts.Server | DirectiveContexts.Location | DirectiveContexts.IfInServer | DirectiveContexts.IfInLocation;

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("rewrite", Code, ReadRewrite),
        new("return", Code, ReadReturn),
        new("if", DirectiveContexts.Server | DirectiveContexts.Location, ReadIf),
        new("set", Code, ReadSet),
    ];

    private static void ReadRewrite(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (value[1].Length == 0)
        {
            call.Fail("empty replacement", 1);
            return;
        }

        if (Regex.Compile(call, value[0], 0) is null)
        {
            return;
        }

        if (value.Count == 3 && value[2] is not ("last" or "break" or "redirect" or "permanent"))
        {
            call.Fail($"invalid parameter \"{value[2]}\"", 2);
            return;
        }

        ComplexText.Compile(call, value[1].EndsWith('?') ? value[1][..^1] : value[1], 1);
    }

    private static void ReadReturn(in DirectiveCall call)
    {
        var value = call.Arguments;
        var status = Number.Of(value[0]);
        var isUrl = status < 0 && value.Count == 1
            && (value[0].StartsWith("http://", StringComparison.Ordinal) || value[0].StartsWith("https://", StringComparison.Ordinal) || value[0].StartsWith("$scheme", StringComparison.Ordinal));
        if (status > 999 || (status < 0 && !isUrl))
        {
            call.Fail($"invalid return code \"{value[0]}\"", 0);
        }
        else if (isUrl || value.Count == 2)
        {
            ComplexText.Compile(call, value[^1], value.Count - 1);
        }
    }

    private static void ReadSet(in DirectiveCall call)
    {
        var name = call.Arguments[0];
        if (!name.StartsWith('$'))
        {
            call.Fail($"invalid variable name \"{name}\"", 0);
            return;
        }

        var variables = ComplexText.VariablesOf(call);
        if (variables.Define(call, name[1..], 0) && ComplexText.Use(call, name[1..]))
        {
            ComplexText.Compile(call, call.Arguments[1], 1);
        }
    }

    private static void ReadIf(in DirectiveCall call)
    {
        if (ReadCondition(call))
        {
            call.Enter(call.Block.Kind == DirectiveContexts.Server ? DirectiveContexts.IfInServer : DirectiveContexts.IfInLocation);
        }
        else
        {
            call.Block.MarkIncomplete();
        }
    }

    /// <summary>ngx_http_rewrite_if_condition: the parentheses may stand alone or be glued to the words.</summary>
    private static bool ReadCondition(in DirectiveCall call)
    {
        var value = call.Arguments.ToArray();
        var (first, last) = (0, value.Length - 1);
        if (!value[0].StartsWith('('))
        {
            return Invalid(call, value, 0);
        }

        if (value[0].Length == 1)
        {
            first = 1;
        }
        else
        {
            value[0] = value[0][1..];
        }

        if (!value[last].EndsWith(')'))
        {
            return Invalid(call, value, last);
        }

        if (value[last].Length == 1)
        {
            // What is left of a lone parenthesis is an empty word for nginx when nothing else stands there.
            last--;
        }
        else
        {
            value[last] = value[last][..^1];
        }

        if (first >= value.Length)
        {
            return Invalid(call, [""], 0);
        }

        var word = value[first];
        if (word.Length > 1 && word[0] == '$')
        {
            return (first == last || first + 2 == last) ? Compare(call, value, first, last) : Invalid(call, value, first);
        }

        if ((word.Length == 2 && word[0] == '-') || (word.Length == 3 && word.StartsWith("!-", StringComparison.Ordinal)))
        {
            if (first + 1 != last)
            {
                return Invalid(call, value, first);
            }

            return ComplexText.Compile(call, value[last], last) && (word[^1] is 'f' or 'd' or 'e' or 'x' || Invalid(call, value, first));
        }

        return Invalid(call, value, first);
    }

    private static bool Compare(in DirectiveCall call, string[] value, int first, int last)
    {
        if (!ComplexText.Use(call, value[first][1..]))
        {
            return false;
        }

        if (first == last)
        {
            return true;
        }

        switch (value[first + 1])
        {
            case "=" or "!=":
                return ComplexText.Compile(call, value[last], last);
            case "~" or "~*" or "!~" or "!~*":
                return Regex.Compile(call, value[last], last) is not null;
        }

        call.Fail($"unexpected \"{value[first + 1]}\" in condition", first + 1);
        return false;
    }

    private static bool Invalid(in DirectiveCall call, string[] value, int word)
    {
        call.Fail($"invalid condition \"{value[word]}\"", word);
        return false;
    }
}
