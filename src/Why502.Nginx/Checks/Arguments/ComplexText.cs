using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Text with variables as ngx_http_script_compile reads it. The variables it uses are looked for when the whole block is read.</summary>
internal static class ComplexText
{
    private const DirectiveContexts InStream = DirectiveContexts.Stream | DirectiveContexts.StreamServer | DirectiveContexts.StreamUpstream;

    public static bool HasVariables(string text) => text.Contains('$', StringComparison.Ordinal);

    /// <summary>Compiles an argument; false when nginx refuses it, which is then said.</summary>
    public static bool Compile(in DirectiveCall call, int argument) => Compile(call, call.Arguments[argument], argument);

    /// <summary>Compiles a part of an argument.</summary>
    public static bool Compile(in DirectiveCall call, string text, int argument = -1)
    {
        if (!HasVariables(text) || Mistake(VariablesOf(call), call.Directive, text) is not { } mistake)
        {
            return true;
        }

        call.Fail(mistake, argument);
        return false;
    }

    /// <summary>The same when blocks of http are merged: the message is placed on the closing brace.</summary>
    public static bool Compile(in BlockEnd end, Directive by, string text)
    {
        if (!HasVariables(text) || Mistake(end.Shared.Get(Variables.OfHttp), by, text) is not { } mistake)
        {
            return true;
        }

        end.Fail(mistake);
        return false;
    }

    /// <summary>A variable that a directive names without text around it; false, and said, when there is no name.</summary>
    public static bool Use(in DirectiveCall call, string name, int argument = -1)
    {
        if (name.Length == 0)
        {
            call.Fail("invalid variable name \"$\"", argument);
            return false;
        }

        VariablesOf(call).Use(name, call.Directive);
        return true;
    }

    /// <summary>The variables of http, or those of stream when the directive stands there.</summary>
    public static Variables VariablesOf(in DirectiveCall call)
    {
        var block = call.Block;
        while (block.Kind == DirectiveContexts.None && block.Parent is not null)
        {
            block = block.Parent;
        }

        return call.Shared.Get((block.Kind & InStream) != 0 ? Variables.OfStream : Variables.OfHttp);
    }

    /// <summary>The name that begins behind <c>$</c>; null when there is none. <paramref name="i"/> is -1 when its bracket is not closed.</summary>
    public static string? Name(string text, ref int i)
    {
        var bracket = i < text.Length && text[i] == '{';
        if (bracket)
        {
            i++;
        }

        if (i >= text.Length)
        {
            return null;
        }

        var start = i;
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '_'))
        {
            i++;
        }

        var name = text[start..i];
        if (bracket)
        {
            if (i >= text.Length || text[i] != '}')
            {
                i = -1;
                return name;
            }

            i++;
        }

        return name.Length == 0 ? null : name;
    }

    private static string? Mistake(Variables variables, Directive by, string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (text[i++] != '$')
            {
                continue;
            }

            if (i < text.Length && text[i] is >= '1' and <= '9')
            {
                i++;
                continue;
            }

            if (Name(text, ref i) is not { } name)
            {
                return "invalid variable name";
            }

            if (i < 0)
            {
                return $"the closing bracket in \"{name}\" variable is missing";
            }

            variables.Use(name, by);
        }

        return null;
    }
}
