using System.Buffers;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Host.Checks;
using Why502.Nginx;
using Why502.Nginx.Checks;

namespace Why502.Cli.Commands.Config;

/// <summary><c>why502 config check</c>: what <c>nginx -t</c> would say, without running it or touching anything, and all of it at once.</summary>
internal static class CheckCommand
{
    /// <summary>Names that are resolved may lead to more names; a few rounds settle it.</summary>
    private const int RoundsMax = 4;

    // Not for web pages: what is no JSON character is escaped, anything else stays readable.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(Terminal terminal)
    {
        var files = ConfigFiles.Argument();
        var format = Options.Format("text", "json");
        var version = NginxVersionOption.Create("Check for this nginx, everything compiled in, not for the installed one");
        var prefix = new Option<string?>("--prefix") { Description = "nginx's -p: what relative paths count from (default: the file's folder)", HelpName = "DIR" };
        var noResolve = new Option<bool>("--no-resolve") { Description = "Look up no host name" };
        var elsewhere = new Option<bool>("--elsewhere") { Description = "The files are of another machine: look at no file, name, user or address of this one but theirs" };
        var command = new Command("check", "Check configurations as nginx -t does, without nginx: every mistake, the one nginx stops at first") { files, format, version, prefix, noResolve, elsewhere };
        command.SetAction(async (parsed, cancellation) =>
        {
            var status = ExitStatus.Healthy;
            var installed = InstalledNginx.Find();
            var facts = NginxVersionOption.FactsOf(parsed.GetValue(version), installed);
            foreach (var path in parsed.GetValue(files)!)
            {
                var given = parsed.GetValue(prefix) ?? (path == installed?.ConfigPath ? installed.Prefix : null);
                var checkedFile = await CheckAsync(path, given, facts, parsed.GetValue(elsewhere) ? null : new LiveCheckWorld(!parsed.GetValue(noResolve)), cancellation).ConfigureAwait(false);
                terminal.Write(parsed.GetValue(format) == "json" ? JsonLine(checkedFile) : CheckPage.Of(checkedFile, facts).ToUtf8());
                status = Math.Max(status, checkedFile.Configuration is null ? ExitStatus.Failed : checkedFile.Errors.Any() ? ExitStatus.Faulty : ExitStatus.Healthy);
            }

            return status;
        });
        return command;
    }

    private static async Task<CheckedFile> CheckAsync(string path, string? prefix, NginxFacts facts, LiveCheckWorld? world, CancellationToken cancellation)
    {
        var (configuration, problem) = ConfigFiles.Load(path, prefix);
        if (configuration is null)
        {
            return new CheckedFile(path, null, [new Problem(new SourceLine(Path.GetFullPath(path), 0), problem!, ProblemKind.Include)], []);
        }

        var outcome = ConfigurationCheck.Run(configuration, facts, world ?? (ICheckWorld)UnobservedWorld.Instance);
        for (var round = 1; world is not null && round < RoundsMax && await world.ResolveWantedAsync(cancellation).ConfigureAwait(false); round++)
        {
            outcome = ConfigurationCheck.Run(configuration, facts, world);
        }

        return new CheckedFile(path, configuration, outcome, world?.Unresolved ?? []);
    }

    private static byte[] JsonLine(CheckedFile file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("file", file.Path);
            WriteProblems(json, "errors", file, file.Errors);
            if (file.Warnings.Any())
            {
                WriteProblems(json, "warnings", file, file.Warnings);
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteProblems(Utf8JsonWriter json, string name, CheckedFile file, IEnumerable<Problem> problems)
    {
        json.WriteStartArray(name);
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", file.NameOf(problem.At.File));
            if (problem.At.Line > 0)
            {
                json.WriteNumber("line", problem.At.Line);
            }
            else
            {
                json.WriteNull("line");
            }

            json.WriteString("message", problem.Message);
            if (problem.Column > 0)
            {
                json.WriteNumber("column", problem.Column);
            }

            if (problem.Hint is not null)
            {
                json.WriteString("hint", problem.Hint);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
