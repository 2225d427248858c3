using System.Buffers;

namespace Why502.Logs;

/// <summary>The rules of all writers behind one multi-needle search: a line that holds no marker costs a single pass.</summary>
internal static class AppRules
{
    private static readonly AppRule[] All = [.. PhpFpmRules.All, .. PythonRules.All, .. UwsgiRules.All, .. SystemdRules.All, .. AccessControlRules.All, .. KernelRules.All, .. NodeRules.All, .. JvmRules.All,
        .. DotnetRules.All, .. RubyRules.All, .. ApacheRules.All, .. SupervisorRules.All, .. ContainerRules.All, .. DatabaseRules.All, .. TransportRules.All, .. PassengerRules.All, .. NginxRules.All, .. RuntimeRules.All];
    private static readonly SearchValues<string> Markers = SearchValues.Create([.. All.Select(r => r.Marker).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);

    public static bool MayMatch(ReadOnlySpan<char> text) => text.IndexOfAny(Markers) >= 0 || ToldRules.MayMatch(text);

    /// <summary>The first rule, in the order of the text and then of the rules, that takes the line.</summary>
    public static AppLogEvent? Apply(string text, AppLogEvent form)
    {
        for (int from = 0; from < text.Length;)
        {
            int hit = text.AsSpan(from).IndexOfAny(Markers);
            if (hit < 0)
            {
                return null;
            }

            from += hit;
            foreach (AppRule rule in All)
            {
                if (!text.AsSpan(from).StartsWith(rule.Marker, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                AppLogEvent named = form with { Kind = rule.Kind };
                if ((rule.Read is null ? named : rule.Read(text, from, named)) is { } found)
                {
                    return found;
                }
            }

            from++;
        }

        return null;
    }
}
