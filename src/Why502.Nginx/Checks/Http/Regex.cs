using Why502.Nginx.Checks.Pcre;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_regex_compile and ngx_regex_compile.</summary>
internal static class Regex
{
    /// <summary>Null when PCRE refuses the pattern (the message is given); its named groups become variables.</summary>
    public static PatternFacts? Compile(in DirectiveCall call, string pattern, int argument = -1, bool variables = true)
    {
        var facts = PatternReader.Read(pattern);
        if (facts.Error is { } error)
        {
            var at = facts.ErrorOffset >= pattern.Length ? "" : $" at \"{pattern[facts.ErrorOffset..]}\"";
            call.Fail($"pcre2_compile() failed: {error} in \"{pattern}\"{at}", argument);
            return null;
        }

        if (variables)
        {
            var table = ComplexText.VariablesOf(call);
            foreach (var name in facts.Names)
            {
                if (!table.Define(call, name, argument) || !ComplexText.Use(call, name))
                {
                    return null;
                }
            }
        }

        return facts;
    }
}
