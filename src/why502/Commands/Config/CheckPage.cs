using System.Globalization;
using System.Text;
using Why502.Logs;
using Why502.Nginx;
using Why502.Nginx.Checks;

namespace Why502.Cli.Commands.Config;

/// <summary>A check for people: each problem with its line, a caret below, nginx's words, and what was probably meant.</summary>
internal sealed class CheckPage
{
    private const int ProblemsShownMax = 50;
    private const int LineCharactersMax = 160;

    private readonly StringBuilder text = new();

    public static CheckPage Of(CheckedFile file, NginxFacts facts)
    {
        var page = new CheckPage();
        var count = 0;
        foreach (var problem in file.Problems)
        {
            if (++count <= ProblemsShownMax)
            {
                page.Add(problem, file);
            }
        }

        if (count > ProblemsShownMax)
        {
            page.text.Append(CultureInfo.InvariantCulture, $"… and {count - ProblemsShownMax} more\n");
        }

        foreach (var name in file.Unresolved)
        {
            page.text.Append(CultureInfo.InvariantCulture, $"not looked up in time: {Sanitizer.Line(name)} (nginx -t would wait for it)\n");
        }

        page.Summary(file, facts);
        return page;
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(text.ToString());

    private void Add(Problem problem, CheckedFile file)
    {
        var place = file.NameOf(problem.At.File) + (problem.At.Line > 0 ? $":{problem.At.Line}" : "") + (problem.Column > 0 ? $":{problem.Column}" : "");
        var kind = problem.Kind == ProblemKind.Warning ? "warning" : "error";
        text.Append(CultureInfo.InvariantCulture, $"{Sanitizer.Line(place)}: {kind}: {Sanitizer.Line(problem.Message, 2000)}\n");
        if (file.LineOf(problem) is { } line)
        {
            Show(line, problem.Column, problem.At.Line);
        }

        if (problem.Hint is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"      = {Sanitizer.Line(problem.Hint)}\n");
        }
    }

    private void Show(string line, int column, int number)
    {
        var shown = Sanitizer.Line(line.Replace('\t', ' ').TrimEnd(), LineCharactersMax);
        if (shown.Length == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"{number,5} | {shown}\n");
        if (column > 0 && column <= shown.Length)
        {
            text.Append("      | ").Append(' ', column - 1).Append("^\n");
        }
    }

    private void Summary(CheckedFile file, NginxFacts facts)
    {
        var (errors, warnings) = (file.Errors.Count(), file.Warnings.Count());
        text.Append(CultureInfo.InvariantCulture, $"{Sanitizer.Line(file.Path)}: {(errors == 0 ? "no error" : errors == 1 ? "1 error" : $"{errors} errors")}");
        if (warnings > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", {warnings} warning{(warnings == 1 ? "" : "s")}");
        }

        text.Append(CultureInfo.InvariantCulture, $" for nginx {facts.Version}\n");
    }
}
