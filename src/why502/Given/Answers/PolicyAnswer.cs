using Why502.Diagnosis;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>
/// Whether SELinux or AppArmor is over nginx, from <c>getenforce</c>, <c>sestatus</c>, <c>getsebool</c>, <c>semanage port -l</c>, <c>ps -Z</c>, <c>ls -Z</c> and <c>aa-status</c>.
/// </summary>
internal sealed class PolicyAnswer : IGivenAnswer
{
    /// <summary>The policy of every distribution has nginx run in httpd_t (apache.fc: /usr/sbin/nginx).</summary>
    private const string UsualContext = "system_u:system_r:httpd_t:s0";

    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var rows = records.Of<ShownPolicy>();
        if (question is not AccessControl ask)
        {
            return null;
        }

        if (rows.Count == 0)
        {
            // Who lists a policy's ports has SELinux; that it enforces is the rule there.
            return records.Of<ShownPortType>() is [var type, ..] ? new(new AccessControlFact("enforcing", UsualContext, new Dictionary<string, bool>(), null, null, null), type)
                : AppArmor(records.Of<ShownProfile>());
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

    /// <summary>The group of processes that are enforced decides; without it, the profiles that are.</summary>
    private static GivenFact? AppArmor(IReadOnlyList<ShownProfile> rows)
    {
        var processes = rows.Any(row => row is { IsProcess: true, Mode: "enforce" });
        if (!rows.Any(row => row.Mode == "enforce"))
        {
            return null;
        }

        var own = rows.FirstOrDefault(row => row.IsProcess == processes && row.Mode == "enforce" && NginxFamily.HasProgram(Path.GetFileName(row.Program)));
        return new(new AccessControlFact("disabled", null, new Dictionary<string, bool>(), own is null ? null : $"{own.Program} (enforce)", null, null), own ?? rows[0]);
    }
}
