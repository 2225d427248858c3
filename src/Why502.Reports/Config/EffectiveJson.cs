using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary><c>config effective --format json</c>: one line, schema <c>why502/effective/1</c>. Fields are only ever added.</summary>
public static class EffectiveJson
{
    public const string Schema = "why502/effective/1";

    public static ReadOnlySpan<byte> Line(EffectiveAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            Request(json, answer.Request);
            Server(json, answer);
            Location(json, answer);
            Single(json, "handler", answer.Scope.Handler);
            Upstream(json, answer);
            json.WriteStartArray("settings");
            foreach (var value in answer.Values)
            {
                Setting(json, answer, value);
            }

            json.WriteEndArray();
            Conditions(json, answer);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    private static void Request(Utf8JsonWriter json, EffectiveRequest request)
    {
        json.WriteStartObject("request");
        json.WriteString("config", request.ConfigurationFile);
        json.WriteString("listen", request.Listen);
        json.WriteBoolean("tls", request.Tls);
        json.WriteString("host", request.Host);
        json.WriteString("uri", Redactor.Text(request.Uri));
        json.WriteString("method", request.Method);
        json.WriteString("nginx_version", request.Version?.ToString());
        json.WriteEndObject();
    }

    private static void Server(Utf8JsonWriter json, EffectiveAnswer answer)
    {
        var server = answer.Scope.Server;
        json.WriteStartObject("server");
        Place(json, server.At);
        json.WriteStartArray("names");
        foreach (var name in server.Names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("because", RouteReasons.OfServer(answer.Route));
        json.WriteEndObject();
    }

    private static void Location(Utf8JsonWriter json, EffectiveAnswer answer)
    {
        if (answer.Scope.Location is not { } location)
        {
            json.WriteNull("location");
            return;
        }

        json.WriteStartObject("location");
        json.WriteString("modifier", location.Modifier);
        json.WriteString("path", location.Path);
        Place(json, location.At);
        json.WriteString("because", RouteReasons.OfLocation(answer.Route));
        json.WriteEndObject();
    }

    private static void Upstream(Utf8JsonWriter json, EffectiveAnswer answer)
    {
        if (answer.Pass is not { } pass)
        {
            json.WriteNull("upstream");
            return;
        }

        json.WriteStartObject("upstream");
        json.WriteString("name", pass.Group?.Name);
        if (pass.Group is { } group)
        {
            Place(json, group.At);
        }

        json.WriteStartArray("peers");
        foreach (var peer in pass.Peers)
        {
            json.WriteStartObject();
            json.WriteString("address", peer.Endpoint?.ToString() ?? peer.Written);
            json.WriteNumber("weight", peer.Weight);
            json.WriteNumber("max_fails", peer.MaxFails);
            json.WriteNumber("fail_timeout_ms", (long)peer.FailTimeout.TotalMilliseconds);
            json.WriteNumber("max_conns", peer.MaxConns ?? 0);
            json.WriteBoolean("backup", peer.Backup);
            json.WriteBoolean("down", peer.Down);
            Place(json, peer.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Setting(Utf8JsonWriter json, EffectiveAnswer answer, EffectiveValue value)
    {
        json.WriteStartObject();
        json.WriteString("name", value.Name);
        json.WriteString("group", SettingGroups.Title(SettingGroups.Of(value.Name)));
        json.WriteBoolean("default", value.IsDefault);
        json.WriteStartArray("values");
        if (value.IsDefault && value.Arguments.Count > 0)
        {
            json.WriteStartObject();
            Arguments(json, value.Name, value.Arguments);
            json.WriteEndObject();
        }

        foreach (var directive in value.Directives)
        {
            json.WriteStartObject();
            Directive(json, directive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("shadowed");
        foreach (var shadowed in answer.Scope.Shadowed(value))
        {
            json.WriteStartObject();
            json.WriteString("block", ShownValue.Text(shadowed.Block));
            json.WriteString("reason", shadowed.Reason switch { ShadowReason.Overridden => "overridden", ShadowReason.ReplacedAsAWhole => "replaced", _ => "not-inherited" });
            Directives(json, shadowed.Directives);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Conditions(Utf8JsonWriter json, EffectiveAnswer answer)
    {
        json.WriteStartArray("conditions");
        foreach (var condition in answer.Scope.Conditions)
        {
            json.WriteStartObject();
            Directive(json, condition);
            Directives(json, condition.Block!);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Directives(Utf8JsonWriter json, IEnumerable<Directive> directives)
    {
        json.WriteStartArray("directives");
        foreach (var directive in directives)
        {
            json.WriteStartObject();
            Directive(json, directive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Single(Utf8JsonWriter json, string name, Directive? directive)
    {
        if (directive is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Directive(json, directive);
        json.WriteEndObject();
    }

    private static void Directive(Utf8JsonWriter json, Directive directive)
    {
        json.WriteString("directive", directive.Name);
        Arguments(json, directive.Name, directive.Arguments);
        Place(json, directive.At);
    }

    private static void Arguments(Utf8JsonWriter json, string name, IReadOnlyList<string> arguments)
    {
        json.WriteStartArray("arguments");
        foreach (var argument in ShownValue.Arguments(name, arguments))
        {
            json.WriteStringValue(argument);
        }

        json.WriteEndArray();
    }

    private static void Place(Utf8JsonWriter json, SourceLine at)
    {
        json.WriteString("file", at.File);
        json.WriteNumber("line", at.Line);
    }
}
