using System.Text.Json;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Crossplane;

/// <summary>Writes crossplane's payload.</summary>
public sealed class CrossplaneWriter
{
    /// <summary>Files that include each other again and again may multiply a combined tree by so many directives, no more.</summary>
    private const int CombinedDirectivesMax = 1_000_000;

    private readonly CrossplaneParse parse;
    private readonly Utf8JsonWriter json;
    private readonly List<int> open = [];
    private int repeated;

    private CrossplaneWriter(CrossplaneParse parse, Utf8JsonWriter json)
    {
        this.parse = parse;
        this.json = json;
    }

    public static void Write(CrossplaneParse parse, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(parse);
        ArgumentNullException.ThrowIfNull(json);
        new CrossplaneWriter(parse, json).WritePayload();
    }

    /// <summary>The payload of a file that could not be read.</summary>
    public static void WriteUnread(string path, string problem, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var error = new CrossplaneError(path, null, $"open() \"{path}\" failed {problem}");
        json.WriteStartObject();
        json.WriteString("status", "failed");
        WriteErrors(json, [error], withFile: true);
        json.WriteStartArray("config");
        json.WriteStartObject();
        WriteHead(json, path, [error]);
        json.WriteStartArray("parsed");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePayload()
    {
        json.WriteStartObject();
        var errors = parse.Errors.ToList();
        json.WriteString("status", errors.Count > 0 ? "failed" : "ok");
        WriteErrors(json, errors, withFile: true);
        json.WriteStartArray("config");
        if (parse.Options.Combine)
        {
            WriteFile(0, errors);
        }
        else
        {
            for (var i = 0; i < parse.Files.Count; i++)
            {
                WriteFile(i, parse.Files[i].Errors);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteFile(int number, IReadOnlyList<CrossplaneError> errors)
    {
        var file = parse.Files[number];
        json.WriteStartObject();
        WriteHead(json, file.Path, errors);
        json.WriteStartArray("parsed");
        WriteTree(number);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteTree(int number)
    {
        var file = parse.Files[number];
        if (file is not { File: { } source, IsBroken: false })
        {
            return;
        }

        open.Add(number);
        new CrossplaneTreeWriter(file, source, parse.Options, json, WriteIncluded).Write();
        open.RemoveAt(open.Count - 1);
    }

    /// <summary>What an include brings in, in a combined tree.</summary>
    private void WriteIncluded(int number)
    {
        repeated += parse.Files[number].DirectiveCount;
        if (!open.Contains(number) && open.Count < ConfigurationLoader.IncludeDepthMax && repeated <= CombinedDirectivesMax + parse.Files[number].DirectiveCount)
        {
            WriteTree(number);
        }
    }

    private static void WriteHead(Utf8JsonWriter json, string path, IReadOnlyList<CrossplaneError> errors)
    {
        json.WriteString("file", path);
        json.WriteString("status", errors.Count > 0 ? "failed" : "ok");
        WriteErrors(json, errors, withFile: false);
    }

    private static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<CrossplaneError> errors, bool withFile)
    {
        json.WriteStartArray("errors");
        foreach (var error in errors)
        {
            json.WriteStartObject();
            if (withFile)
            {
                json.WriteString("file", error.File);
            }

            json.WriteString("error", error.Text);
            if (error.Line is { } line)
            {
                json.WriteNumber("line", line);
            }
            else
            {
                json.WriteNull("line");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
