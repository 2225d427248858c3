using System.Text.Json;
using Why502.Lab.Machine;
using Why502.Lab.Servers;

namespace Why502.Lab.Verdicts;

/// <summary>Holds the tool's answer against what is known of the scenario; everything wrong is reported at once.</summary>
public sealed class Examination
{
    private readonly LabMachine _machine;
    private readonly NginxServer _nginx;
    private readonly List<string> _problems = [];
    private string _answers = "";

    private Examination(LabMachine machine, NginxServer nginx)
    {
        _machine = machine;
        _nginx = nginx;
    }

    /// <summary>Live, replayed from its record, and live again as a user without rights.</summary>
    public static Diagnosis Faulty(LabMachine machine, NginxServer nginx, Expected expected)
    {
        nginx.WaitForLogged(expected.Symptom, expected.ErrorLog);
        var tool = Tool.On(machine);
        var examination = new Examination(machine, nginx);
        var record = machine.PathOf("record.why502");
        var live = examination.Answer("live", tool.Run(["diagnose", "--config", nginx.Config, "--format", "json", "--record", record, .. expected.Arguments]));
        if (live is not null)
        {
            VerdictRecord.Append(machine.Scenario, expected.Verdict == "healthy" ? "healthy" : expected.Cause, live);
            examination.Judge(live, expected);
            examination.Replay(tool, record, live);
        }

        if (expected.Unprivileged)
        {
            examination.JudgeUnprivileged(tool, expected);
        }

        examination.Conclude();
        return live!;
    }

    /// <summary>A machine whose nginx serves: nobody is accused, whatever its logs are full of.</summary>
    public static Diagnosis Healthy(LabMachine machine, NginxServer nginx, bool mayBeUnknown = true, params string[] arguments)
    {
        var tool = Tool.On(machine);
        var examination = new Examination(machine, nginx);
        var record = machine.PathOf("record.why502");
        var live = examination.Answer("live", tool.Run(["diagnose", "--config", nginx.Config, "--format", "json", "--record", record, .. arguments]));
        var unprivileged = examination.Answer("unprivileged", tool.RunUnprivileged(["diagnose", "--config", nginx.Config, "--format", "json", .. arguments]));
        if (live is not null)
        {
            VerdictRecord.Append(machine.Scenario, "healthy", live);
            examination.JudgeInnocent("live", live, mayBeUnknown);
            examination.Replay(tool, record, live);
        }

        if (unprivileged is not null)
        {
            examination.JudgeInnocent("unprivileged", unprivileged, mayBeUnknown: true);
        }

        examination.Conclude();
        return live!;
    }

    /// <summary>One run whose answer has to be JSON by the contract and free of traces of a crash.</summary>
    public static Diagnosis Plain(LabMachine machine, NginxServer nginx, params string[] arguments)
    {
        var examination = new Examination(machine, nginx);
        var answer = examination.Answer("diagnose", Tool.On(machine).Run(["diagnose", "--format", "json", .. arguments]));
        examination.Conclude();
        return answer!;
    }

    private Diagnosis? Answer(string who, CommandResult result)
    {
        _answers += $"{Environment.NewLine}--- {who}: exit {result.ExitCode}, {result.Took.TotalMilliseconds:0} ms{Environment.NewLine}{result.Output}{result.Errors}";
        Crash.Check(result, problem => Say(who, problem));
        try
        {
            var answer = Diagnosis.Parse(result.Output);
            Check(who, answer.Schema == "why502/diagnosis/1", $"schema is {answer.Schema}");
            Check(who, result.ExitCode == (answer.Verdict == "healthy" ? 0 : 1), $"exit {result.ExitCode} with verdict {answer.Verdict}");
            Check(who, result.Took < TimeSpan.FromSeconds(10 * Tool.Slowness), $"took {result.Took.TotalSeconds:0.0} s");
            Check(who, answer.Findings.All(finding => finding.Confidence is >= 0 and <= 1), "a confidence outside 0 to 1");
            return answer;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            Say(who, $"no JSON by the contract (exit {result.ExitCode}): {e.Message}");
            return null;
        }
    }

    private void Judge(Diagnosis live, Expected expected)
    {
        Check("live", live.Verdict == expected.Verdict, $"verdict {live.Verdict}, not {expected.Verdict}");
        if (live.Findings.Count == 0)
        {
            Say("live", $"no finding, not {expected.Cause}");
            return;
        }

        var first = live.Findings[0];
        Check("live", first.Cause == expected.Cause, $"first is {first}, not {expected.Cause} (all: {string.Join(", ", live.Findings)})");
        Check("live", first.Cause != expected.Cause || first.Confidence >= expected.Confidence, $"{first.Cause} is only {first.Confidence:0.00} sure, not {expected.Confidence:0.00}");
        Check("live", first.State == expected.State, $"state {first.State}, not {expected.State}");
        foreach (var other in live.Findings.Skip(1).Where(other => other.Confidence >= 0.5))
        {
            Check("live", other.Cause == expected.Cause || expected.Alongside.Concat(expected.Also).Contains(other.Cause), $"{other} is accused too");
        }

        foreach (var cause in expected.Also)
        {
            Check("live", live.Findings.Any(finding => finding.Cause == cause), $"{cause} is not listed");
        }

        JudgeEvidence(first, expected.Symptom, expected.Source);
        JudgeScope(first, expected.Directive);
        Check("live", first.Fix.ValueKind == JsonValueKind.Object && first.Fix.TryGetProperty("summary", out var summary) && summary.GetString()?.Length > 0, "the fix has no summary");
    }

    /// <summary>The log line quoted is where the evidence says, and it is the symptom.</summary>
    private void JudgeEvidence(Finding finding, string symptom, string source)
    {
        var quotes = finding.Evidence.Where(evidence => evidence is { File: not null, Line: not null } && evidence.Source == source).ToList();
        Check("live", quotes.Count > 0, $"no evidence with a line of the {source}");
        foreach (var quote in quotes)
        {
            var line = File.Exists(quote.File) ? File.ReadLines(quote.File!).Skip(quote.Line!.Value - 1).FirstOrDefault() : null;
            Check("live", line is not null, $"{quote.File}:{quote.Line} does not exist");
        }

        Check("live", quotes.Count == 0 || quotes.Any(quote => Holds(quote, symptom)), $"no evidence points at a line with '{symptom}'");
    }

    private static bool Holds(Evidence quote, string symptom) =>
        File.Exists(quote.File)
        && File.ReadLines(quote.File!).Skip(quote.Line!.Value - 1).FirstOrDefault() is { } line
        && line.Contains(symptom, StringComparison.Ordinal);

    private void JudgeScope(Finding finding, string? directive)
    {
        if (directive is null)
        {
            return;
        }

        Check("live", finding.Scope is { Server.Length: > 0, Location.Length: > 0, Upstream.Length: > 0 }, $"scope has gaps: {finding.Scope}");
        var config = finding.Scope.Config;
        var line = config is not null && File.Exists(config.File) ? File.ReadLines(config.File).Skip(config.Line - 1).FirstOrDefault() : null;
        Check("live", line?.Contains(directive, StringComparison.Ordinal) == true, $"scope {config?.File}:{config?.Line} is '{line?.Trim()}', not '{directive}'");
    }

    private void Replay(Tool tool, string record, Diagnosis live)
    {
        if (!File.Exists(record))
        {
            Say("replay", "--record wrote no file");
            return;
        }

        var replayed = Answer("replay", tool.Run("diagnose", record, "--format", "json"));
        if (replayed is null)
        {
            return;
        }

        Check("replay", replayed.Verdict == live.Verdict, $"verdict {replayed.Verdict}, live {live.Verdict}");
        var same = replayed.Findings.Count == live.Findings.Count
            && replayed.Findings.Zip(live.Findings).All(pair => pair.First.Cause == pair.Second.Cause && pair.First.State == pair.Second.State && Math.Abs(pair.First.Confidence - pair.Second.Confidence) <= 0.01);
        Check("replay", same, $"{string.Join(", ", replayed.Findings)}; live: {string.Join(", ", live.Findings)}");
    }

    /// <summary>Weaker is allowed, wrong is not: who sees less may doubt, but accuses nobody else and does not call it healthy.</summary>
    private void JudgeUnprivileged(Tool tool, Expected expected)
    {
        var answer = Answer("unprivileged", tool.RunUnprivileged(["diagnose", "--config", _nginx.Config, "--format", "json", .. expected.Arguments]));
        if (answer is null)
        {
            return;
        }

        Check("unprivileged", answer.Verdict != "healthy" || expected.Verdict == "healthy", "verdict healthy");
        if (answer.Findings is [{ Confidence: >= 0.5 } first, ..])
        {
            Check(
                "unprivileged",
                first.Cause == expected.Cause || expected.UnprivilegedMay.Contains(first.Cause) || expected.Also.Contains(first.Cause),
                $"first is {first}, not {expected.Cause}");
        }
    }

    private void JudgeInnocent(string who, Diagnosis answer, bool mayBeUnknown)
    {
        Check(who, answer.Verdict == "healthy" || (mayBeUnknown && answer.Verdict == "unknown"), $"verdict {answer.Verdict}");
        foreach (var finding in answer.Findings.Where(finding => finding.Confidence >= 0.5 && finding.State != "recovered"))
        {
            Say(who, $"{finding} is accused on a healthy machine");
        }
    }

    private void Check(string who, bool right, string problem)
    {
        if (!right)
        {
            Say(who, problem);
        }
    }

    private void Say(string who, string problem) => _problems.Add($"{who}: {problem}");

    private void Conclude()
    {
        if (_problems.Count > 0)
        {
            var text = string.Join(Environment.NewLine, _problems);
            throw new LabException($"{text}{_answers}{Environment.NewLine}--- machine {_machine.Directory}");
        }
    }
}
