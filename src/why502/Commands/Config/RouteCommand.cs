using System.CommandLine;
using Why502.Nginx.Routing;

namespace Why502.Cli.Commands.Config;

/// <summary><c>why502 config route</c>: the way of a request through the configuration.</summary>
internal static class RouteCommand
{
    public static Command Create(Terminal terminal)
    {
        var config = new Option<string?>("--config") { Description = "Main configuration file; relative paths in it count from its folder", HelpName = "FILE" };
        var listen = new Option<string?>("--listen") { Description = "The address the request comes to", HelpName = "ADDR:PORT" };
        var tls = new Option<bool>("--tls") { Description = "The client speaks TLS" };
        var host = new Option<string?>("--host") { Description = "The Host header; without this option there is none", HelpName = "HOST" };
        var uri = new Option<string?>("--uri") { Description = "The request target as it is sent", HelpName = "URI" };
        var method = new Option<string>("--method") { Description = "The method", HelpName = "M", DefaultValueFactory = _ => "GET" };
        var http = new Option<string?>("--http") { Description = "HTTP version: 1.1, 1.0 or 0.9 (default 1.1; without a Host 1.0)", HelpName = "VERSION" };
        var client = new Option<string?>("--client") { Description = "The client's address (default: loopback)", HelpName = "ADDR" };
        var batch = new Option<bool>("--batch") { Description = "Take one JSON request from each line of standard input, and answer one line each" };
        var format = Options.Format("text", "json");
        var command = new Command("route", "Where nginx takes a request: server, rewrites, location, and what is sent upstream")
        {
            config, listen, tls, host, uri, method, http, client, batch, format,
        };
        command.SetAction(parsed => parsed.GetValue(batch)
            ? RouteBatch.Run(Console.OpenStandardInput(), terminal)
            : Run(
                parsed.GetValue(config) ?? throw new UsageException("--config FILE is needed. See: why502 config route --help"),
                new RouteRequest
                {
                    Listen = parsed.GetValue(listen),
                    Tls = parsed.GetValue(tls),
                    Host = parsed.GetValue(host),
                    Uri = parsed.GetValue(uri) ?? throw new UsageException("--uri URI is needed. See: why502 config route --help"),
                    Method = parsed.GetValue(method)!,
                    HttpVersion = parsed.GetValue(http),
                    Client = parsed.GetValue(client),
                    MachineName = Environment.MachineName,
                },
                parsed.GetValue(format) == "json",
                terminal));
        return command;
    }

    private static int Run(string path, RouteRequest request, bool json, Terminal terminal)
    {
        var (configuration, problem) = ConfigFiles.Load(path);
        if (configuration is null)
        {
            terminal.Complain(problem!);
            return ExitStatus.Failed;
        }

        var answer = configuration.Route(request, new DiskRouteFiles());
        if (json)
        {
            terminal.Write(RouteJson.Line(answer));
        }
        else
        {
            terminal.Write(RoutePage.Of(request, answer));
        }

        return ExitStatus.Healthy;
    }
}
