using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>Text with variables as ngx_http_script_compile reads it. The variables it uses are looked for when the whole block is read.</summary>
internal static class ComplexText
{
    private const DirectiveContexts InStream = DirectiveContexts.Stream | DirectiveContexts.StreamServer | DirectiveContexts.StreamUpstream;

    /// <summary>Compiles an argument; false when nginx refuses it, which is then said.</summary>
    public static bool Compile(in DirectiveCall call, int argument) => Compile(call, call.Arguments[argument], argument);

    /// <summary>Compiles a part of an argument.</summary>
    public static bool Compile(in DirectiveCall call, string text, int argument = -1)
    {
        for (var i = text.IndexOf('$', StringComparison.Ordinal); i >= 0 && i < text.Length; i = text.IndexOf('$', i))
        {
            if (++i == text.Length)
            {
                call.Fail("invalid variable name", argument);
                return false;
            }

            if (text[i] is >= '1' and <= '9')
            {
                i++;
                continue;
            }

            var bracket = text[i] == '{';
            var start = bracket ? i + 1 : i;
            i = start;
            while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '_'))
            {
                i++;
            }

            var name = text[start..i];
            if (bracket && start == text.Length)
            {
                call.Fail("invalid variable name", argument);
                return false;
            }

            if (bracket && (i == text.Length || text[i] != '}'))
            {
                call.Fail($"the closing bracket in \"{name}\" variable is missing", argument);
                return false;
            }

            if (name.Length == 0)
            {
                call.Fail("invalid variable name", argument);
                return false;
            }

            VariablesOf(call).Use(name, call.Directive);
            i += bracket ? 1 : 0;
        }

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
}
