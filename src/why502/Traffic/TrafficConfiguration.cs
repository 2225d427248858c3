using System.Text;
using Why502.Cli.Commands.Config;
using Why502.Cli.Given;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Cli.Traffic;

/// <summary>What a configuration tells about its access logs: their formats, the limits behind them, who is whose peer.</summary>
internal sealed class TrafficConfiguration
{
    private readonly IReadOnlyList<(string? Path, AccessLogFormat Format)> _logs;

    private TrafficConfiguration(NginxConfiguration configuration)
    {
        _logs = [.. configuration.AccessLogs
            .Where(log => log.Format is not null)
            .Select(log => (log.Path, AccessLogFormat.Compile(log.Format!, EscapeWords.Mode(log.Escape))))];
        Setup = TrafficSetup.Of(configuration);
    }

    public TrafficSetup Setup { get; }

    public static TrafficConfiguration Load(string path)
    {
        var (configuration, problem) = ConfigFiles.Load(path);
        if (configuration is null)
        {
            throw new UsageException($"--config {path}: {problem}");
        }

        return configuration.Root.Count > 0 && configuration.Files.Any(file => NginxConfiguration.LooksLikeConfiguration(file.Bytes))
            ? new TrafficConfiguration(configuration)
            : throw new UsageException($"--config {path}: this is no configuration of nginx. Name its main file, as a rule /etc/nginx/nginx.conf.");
    }

    /// <summary>The format of the log with this path or file name; else the one that most of the first rows fit.</summary>
    public AccessLogFormat? FormatOf(string path, IReadOnlyList<string> lines)
    {
        var full = Path.GetFullPath(path);
        var byPath = _logs.Where(log => log.Path is not null && (full == log.Path || full.StartsWith(log.Path + ".", StringComparison.Ordinal))).ToList();
        return Best(byPath, lines) ?? Best(_logs, lines) ?? PassedOn(lines);
    }

    private AccessLogFormat? PassedOn(IReadOnlyList<string> lines)
        => _logs.Select(log => AccessLogFormat.PassedOn(lines, log.Format)).OfType<AccessLogFormat>().OrderByDescending(format => format.Text.Length).FirstOrDefault();

    private static AccessLogFormat? Best(IReadOnlyList<(string? Path, AccessLogFormat Format)> logs, IReadOnlyList<string> lines)
    {
        var best = logs.Select(log => (log.Format, Fits: lines.Count(line => log.Format.Fits(Encoding.Latin1.GetBytes(line)))))
            .OrderByDescending(log => log.Fits).ThenByDescending(log => log.Format.Text.Length).FirstOrDefault();
        return best.Fits * 2 > lines.Count ? best.Format : null;
    }
}
