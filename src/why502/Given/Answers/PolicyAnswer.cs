using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Whether SELinux is over nginx, from <c>getenforce</c>, <c>sestatus</c>, <c>getsebool</c>, <c>ps -Z</c> and <c>ls -Z</c>.</summary>
internal sealed class PolicyAnswer : IGivenAnswer
{
    /// <summary>The policy of every distribution has nginx run in httpd_t (apache.fc: /usr/sbin/nginx).</summary>
    private const string UsualContext = "system_u:system_r:httpd_t:s0";

    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var rows = records.Of<ShownPolicy>();
        if (question is not AccessControl ask || rows.Count == 0)
        {
            return null;
        }

        var mode = rows.LastOrDefault(row => row.Mode is not null);
        var booleans = rows.Where(row => row.Boolean is not null).GroupBy(row => row.Boolean!).ToDictionary(group => group.Key, group => group.Last().IsOn);

        // Labels alone say that the machine has SELinux and not whether it enforces.
        if (mode is null && booleans.Count == 0)
        {
            return null;
        }

        var own = rows.LastOrDefault(row => row is { Context: not null, Path: null })?.Context;
        var label = rows.LastOrDefault(row => row.Path is { } path && ask.Path.Length > 0 && (path == ask.Path || path == Path.GetFileName(ask.Path)))?.Context;
        return new(new AccessControlFact(mode?.Mode ?? "enforcing", own ?? UsualContext, booleans, null, null, label), mode ?? rows[0]);
    }
}
