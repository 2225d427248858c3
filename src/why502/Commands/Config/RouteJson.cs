using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Cli.Commands.Config;

/// <summary>A route as one line of JSON.</summary>
internal static class RouteJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlySpan<byte> Line(RouteAnswer answer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WritePlaces(json, answer);
            json.WriteString("upstream_uri", answer.UpstreamUri);
            if (answer.Status is { } status)
            {
                json.WriteNumber("status", status);
            }
            else
            {
                json.WriteNull("status");
            }

            json.WriteString("redirect", answer.Redirect);
            json.WriteString("uri", answer.Uri);
            json.WriteString("args", answer.Arguments);
            WritePass(json, answer);
            WriteSteps(json, answer);
            json.WriteStartArray("notes");
            foreach (var note in answer.Notes)
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    /// <summary>The line for a request that cannot be routed.</summary>
    public static ReadOnlySpan<byte> Error(string problem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNull("server");
            json.WriteNull("location");
            json.WriteNull("upstream_uri");
            json.WriteString("error", problem);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    private static void WritePlaces(Utf8JsonWriter json, RouteAnswer answer)
    {
        if (answer.Server is { } server)
        {
            json.WriteStartObject("server");
            WriteAt(json, server.At);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("server");
        }

        if (answer.Location is { } location)
        {
            json.WriteStartObject("location");
            json.WriteString("modifier", location.IsNamed ? string.Empty : location.Modifier);
            json.WriteString("path", location.Path);
            WriteAt(json, location.At);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("location");
        }
    }

    private static void WritePass(Utf8JsonWriter json, RouteAnswer answer)
    {
        if (answer.Pass is not { } pass)
        {
            json.WriteNull("pass");
            return;
        }

        json.WriteStartObject("pass");
        json.WriteString("directive", pass.Name);
        json.WriteString("target", answer.UpstreamTarget);
        WriteAt(json, pass.At);
        json.WriteEndObject();
    }

    private static void WriteSteps(Utf8JsonWriter json, RouteAnswer answer)
    {
        json.WriteStartArray("steps");
        foreach (var step in answer.Steps)
        {
            json.WriteStartObject();
            json.WriteString("kind", step.Kind);
            json.WriteString("text", step.Text);
            if (step.At is { } at)
            {
                WriteAt(json, at);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAt(Utf8JsonWriter json, SourceLine at)
    {
        json.WriteString("file", at.File);
        json.WriteNumber("line", at.Line);
    }
}
