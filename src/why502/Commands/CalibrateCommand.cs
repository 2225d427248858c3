using System.CommandLine;
using Why502.Cli.Calibration;

namespace Why502.Cli.Commands;

/// <summary><c>why502 calibrate</c>: how often the tool is right, and how well it knows that.</summary>
internal static class CalibrateCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("cases") { Description = "Labelled cases, one JSON value a line (docs/calibration.md)", Arity = ArgumentArity.OneOrMore, HelpName = "CASES.jsonl" };
        var format = Options.Format("text", "json");
        var fit = new Option<bool>("--fit") { Description = "Also print the temperature and the odds of 'other' that fit best, cross-validated" };
        var wrong = new Option<bool>("--wrong") { Description = "Also list the cases whose first finding is wrong" };
        var command = new Command("calibrate", "Measure top-1, top-3 and the reliability of stated confidences on labelled cases") { files, format, fit, wrong };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(files) ?? [], parsed.GetValue(format) ?? "text", parsed.GetValue(fit), parsed.GetValue(wrong), terminal, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> files, string format, bool fit, bool wrong, Terminal terminal, CancellationToken cancellation)
    {
        var cases = files.SelectMany(Read).ToList();
        if (cases.Count == 0)
        {
            throw new UsageException($"{string.Join(", ", files)} holds no case.");
        }

        using var progress = new Progress(terminal);
        var judged = new List<JudgedCase>(cases.Count);
        foreach (var labelled in cases)
        {
            progress.Say($"{judged.Count + 1} of {cases.Count}: {labelled.Id} …");
            judged.Add(await CaseRun.JudgeAsync(labelled, cancellation).ConfigureAwait(false));
        }

        progress.Dispose();
        var reliability = Reliability.Of(judged);
        var fitted = fit ? Fit.Of(judged) : null;
        if (format == "json")
        {
            terminal.Write(CalibrationJson.Render(reliability, fitted));
        }
        else
        {
            terminal.Write(CalibrationPage.Render(reliability, fitted, wrong));
        }

        return ExitStatus.Healthy;
    }

    private static IReadOnlyList<LabelledCase> Read(string path)
    {
        try
        {
            return LabelledCase.Read(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {failure.Message}");
        }
    }
}
