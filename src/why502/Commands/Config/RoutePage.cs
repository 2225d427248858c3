using System.Globalization;
using System.Text;
using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Cli.Commands.Config;

/// <summary>The way of a request for people, step by step.</summary>
internal static class RoutePage
{
    public static string Of(RouteRequest request, RouteAnswer answer)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{request.Method} {request.Uri}{Where(request)}").AppendLine();
        var width = answer.Steps.Count == 0 ? 0 : answer.Steps.Max(s => s.Kind.Length);
        foreach (var step in answer.Steps)
        {
            text.Append("  ").Append(step.Kind.PadRight(width)).Append("  ").Append(Clean(step.Text)).AppendLine(step.At is { } at ? $"  ({Place(at)})" : string.Empty);
        }

        text.AppendLine().AppendLine(Result(answer));
        foreach (var note in answer.Notes)
        {
            text.Append("Note: ").AppendLine(Clean(note));
        }

        return text.ToString();
    }

    private static string Where(RouteRequest request) =>
        (request.Host is null ? ", no Host" : $", Host {request.Host}") + (request.Listen is null ? string.Empty : $", to {request.Listen}") + (request.Tls ? " over TLS" : string.Empty);

    private static string Result(RouteAnswer answer)
    {
        if (answer.Server is null)
        {
            return "No server: the connection is refused.";
        }

        var where = answer.Location is { } location ? $"location {location} ({Place(location.At)})" : $"the server itself ({Place(answer.Server.At)})";
        if (answer.Pass is { } pass)
        {
            var uri = answer.UpstreamUri is null ? string.Empty : $", which is asked for {Clean(answer.UpstreamUri)}";
            return $"Ends in {where}: {pass.Name} {Clean(answer.UpstreamTarget ?? string.Empty)}{uri}";
        }

        var status = answer.Status is { } code ? $"answers {code.ToString(CultureInfo.InvariantCulture)}" : "answers";
        return $"Ends in {where}: nginx {status}{(answer.Redirect is null ? string.Empty : $", to {Clean(answer.Redirect)}")}";
    }

    private static string Place(SourceLine at) => $"{at.File}:{at.Line.ToString(CultureInfo.InvariantCulture)}";

    private static string Clean(string text) => Why502.Logs.Sanitizer.Line(text, 2000);
}
