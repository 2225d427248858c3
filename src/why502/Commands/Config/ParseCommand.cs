using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Host.Logs;
using Why502.Logs;
using Why502.Nginx;
using Why502.Nginx.Crossplane;

namespace Why502.Cli.Commands.Config;

/// <summary><c>why502 config parse</c>: crossplane's payload for programs, problems with their lines for people.</summary>
internal static class ParseCommand
{
    private const int ProblemsShownMax = 100;

    // Not for web pages: what is no JSON character is escaped, anything else stays readable.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = int.MaxValue };

    public static Command Create(Terminal terminal)
    {
        var files = ConfigFiles.Argument();
        var format = Options.Format("text", "crossplane-json");
        var syntaxOnly = new Option<bool>("--syntax-only") { Description = "No check of contexts and numbers of arguments; errors on nginx's line" };
        var singleFile = new Option<bool>("--single-file") { Description = "Do not follow includes" };
        var comments = new Option<bool>("--comments") { Description = "Comments are part of the tree" };
        var combine = new Option<bool>("--combine") { Description = "One tree, with what includes bring in at their place" };
        var strict = new Option<bool>("--strict") { Description = "Unknown directives are errors" };
        var ignore = new Option<string>("--ignore") { Description = "Leave these directives out, with their blocks", HelpName = "A,B" };
        var command = new Command("parse", "Parse files: what is wrong in them, or crossplane's payload") { files, format, syntaxOnly, singleFile, comments, combine, strict, ignore };
        command.SetAction(parsed =>
        {
            var options = new CrossplaneOptions
            {
                SyntaxOnly = parsed.GetValue(syntaxOnly),
                SingleFile = parsed.GetValue(singleFile),
                Comments = parsed.GetValue(comments),
                Combine = parsed.GetValue(combine),
                Strict = parsed.GetValue(strict),
                Ignore = (parsed.GetValue(ignore) ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
            };
            return Run(parsed.GetValue(files)!, parsed.GetValue(format) != "text", options, terminal);
        });
        return command;
    }

    private static int Run(string[] files, bool json, CrossplaneOptions options, Terminal terminal)
    {
        var status = ExitStatus.Healthy;
        foreach (var path in files)
        {
            var (bytes, problem) = ConfigFiles.Read(path);
            var parse = bytes is null ? null : CrossplaneParse.Of(ConfigFiles.Source(), path, bytes, options);
            if (json)
            {
                WriteJson(parse, path, problem, terminal);
            }
            else if (parse is not null)
            {
                terminal.Write(Text(parse));
            }
            else
            {
                terminal.Complain($"open() \"{path}\" failed {problem}");
            }

            status = Math.Max(status, parse is null ? ExitStatus.Failed : parse.Errors.Any() ? ExitStatus.Faulty : ExitStatus.Healthy);
        }

        return status;
    }

    private static void WriteJson(CrossplaneParse? parse, string path, string? problem, Terminal terminal)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            if (parse is null)
            {
                CrossplaneWriter.WriteUnread(path, problem!, json);
            }
            else
            {
                CrossplaneWriter.Write(parse, json);
            }
        }

        buffer.Write("\n"u8);
        terminal.Write(buffer.WrittenSpan);
    }

    private static string Text(CrossplaneParse parse)
    {
        var text = new StringBuilder();
        var count = 0;
        foreach (var file in parse.Files)
        {
            foreach (var error in file.Errors)
            {
                if (++count <= ProblemsShownMax)
                {
                    Describe(error, file, text);
                }
            }
        }

        if (count > ProblemsShownMax)
        {
            text.Append(CultureInfo.InvariantCulture, $"… and {count - ProblemsShownMax} more\n");
        }

        var (directives, files) = (parse.Files.Sum(file => file.DirectiveCount), parse.Files.Count);
        text.Append(CultureInfo.InvariantCulture, $"{Sanitizer.Line(parse.Files[0].Path)}: {Counted(directives, "directive")} in {Counted(files, "file")}, {(count == 0 ? "no problem" : Counted(count, "problem"))}\n");
        return text.ToString();
    }

    private static void Describe(CrossplaneError error, CrossplaneFile file, StringBuilder text)
    {
        var column = error.Column > 0 ? $":{error.Column}" : string.Empty;
        text.Append(CultureInfo.InvariantCulture, $"{Sanitizer.Line(error.File)}:{error.Line}{column}: {Sanitizer.Line(error.Message)}\n");
        if (file.File?.Excerpt(error.Offset) is { Length: > 0 } line)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {Sanitizer.Line(line, 200)}\n");
        }

        if (error.Hint is { } hint)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {Sanitizer.Line(hint)}\n");
        }
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}s");
}
