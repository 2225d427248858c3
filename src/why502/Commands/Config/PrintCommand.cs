using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Why502.Nginx;

namespace Why502.Cli.Commands.Config;

/// <summary><c>why502 config print</c>: files printed back from the tree, byte for byte.</summary>
internal static class PrintCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = ConfigFiles.Argument();
        var format = Options.Format("text", "json");
        var command = new Command("print", "Print files back from the tree, byte for byte") { files, format };
        command.SetAction(parsed => Run(parsed.GetValue(files)!, parsed.GetValue(format) == "json", terminal));
        return command;
    }

    private static int Run(string[] files, bool json, Terminal terminal)
    {
        var status = ExitStatus.Healthy;
        foreach (var path in files)
        {
            var (bytes, problem) = ConfigFiles.Read(path);
            var printed = bytes is null ? null : ConfigurationFile.Parse(path, bytes).Print();
            if (json)
            {
                terminal.Write(JsonLine(path, printed, problem));
            }
            else if (printed is not null)
            {
                terminal.Write(printed);
            }

            if (problem is not null)
            {
                status = ExitStatus.Failed;
                if (!json)
                {
                    terminal.Complain($"open() \"{path}\" failed {problem}");
                }
            }
        }

        return status;
    }

    private static ReadOnlySpan<byte> JsonLine(string path, byte[]? printed, string? problem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("file", path);
            if (printed is not null)
            {
                json.WriteBase64String("base64", printed);
            }
            else
            {
                json.WriteString("error", problem);
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }
}
