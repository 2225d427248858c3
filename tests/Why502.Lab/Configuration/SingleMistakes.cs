using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Why502.Lab.Machine;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Configuration;

/// <summary>Every brace, semicolon and quote of a configuration, lost once: config parse names real nginx's line, in its words.</summary>
public sealed partial class SingleMistakes
{
    private const string Good = """
        worker_processes 1;
        error_log stderr;
        pid nginx.pid;
        events {
            worker_connections 64;
        }
        http {
            access_log off; # nothing is served
            log_format main '$remote_addr "$request" '
                            '$status';
            map $http_upgrade $connection_upgrade {
                default upgrade;
                ''      close;
            }
            upstream backend {
                server 127.0.0.1:3000 max_fails=3;
                server 127.0.0.1:3001 backup;
            }
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com "www.example.com";
                location / {
                    if ($request_method = POST) {
                        return 405 "no posts";
                    }
                    proxy_pass http://backend;
                    proxy_set_header Upgrade $http_upgrade;
                }
                location ~ "\.(css|js)$" {
                    add_header Cache-Control "public, immutable";
                    expires 1d;
                }
            }
            server {
                listen 127.0.0.1:8081;
                types { text/plain log; }
                root /srv/www;
            }
        }

        """;

    [SkippableFact]
    public void LostAndAddedMarks_AreOnNginxsLine() => LabMachine.Run(nameof(LostAndAddedMarks_AreOnNginxsLine), machine =>
    {
        Programs.Require("nginx");
        var mutants = Mutants().ToList();
        var files = mutants.Select((text, i) => machine.Write($"{i:D4}.conf", text)).ToList();
        var said = machine.Shell($"cd {machine.Directory}; for f in *.conf; do echo \"$f $(nginx -t -p $PWD/ -c $PWD/$f 2>&1 | grep -m1 -F '[emerg]')\"; done").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var parsed = Tool.On(machine).Run(["config", "parse", "--format", "crossplane-json", "--syntax-only", .. files]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files.Count, parsed.Length);
        var compared = 0;
        for (var i = 0; i < files.Count; i++)
        {
            // What a mistake turns into may be no mistake of the text: that is for config check.
            if (Emergency().Match(said[i]) is { Success: true } nginx)
            {
                compared++;
                Assert.Equal($"{nginx.Groups["line"].Value} {nginx.Groups["message"].Value}", FirstError(parsed[i], files[i]));
            }
        }

        Assert.True(compared > 100, $"only {compared} mistakes to compare");
    });

    private static IEnumerable<string> Mutants()
    {
        for (var i = 0; i < Good.Length; i++)
        {
            if (Good[i] is '{' or '}' or ';' or '\'' or '"')
            {
                yield return Good.Remove(i, 1);
            }

            switch (Good[i])
            {
                case ';':
                    yield return Good.Remove(i, 1).Insert(i, " {");
                    yield return Good.Insert(i, ";");
                    break;
                case '"':
                    yield return Good.Insert(i + 1, "x");
                    break;
                case '\n':
                    yield return Good.Insert(i + 1, "}\n");
                    yield return Good[..i];
                    break;
            }
        }
    }

    private static string FirstError(string payload, string file)
    {
        var errors = JsonDocument.Parse(payload).RootElement.GetProperty("errors");
        if (errors.GetArrayLength() == 0)
        {
            return "none";
        }

        var line = errors[0].GetProperty("line").GetInt32().ToString(CultureInfo.InvariantCulture);
        return $"{line} {errors[0].GetProperty("error").GetString()!.Replace($" in {file}:{line}", string.Empty, StringComparison.Ordinal)}";
    }

    [GeneratedRegex(@"\[emerg\] \d+#\d+: (?<message>.*(?:unexpected|not terminated|no opening|too long).*) in \S+:(?<line>\d+)$")]
    private static partial Regex Emergency();
}
