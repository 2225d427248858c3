using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Effective;

/// <summary>
/// Random directives at random levels, real nginx in front of an upstream that tells what it was sent: the headers of the answer, the
/// headers sent upstream, the root and the access rules must be those that <c>config effective</c> says are in force.
/// </summary>
public sealed class EffectiveDifferential
{
    private const int Servers = 10;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ValuesInForce_AreThoseOfRealNginx(int seed) => LabMachine.Run($"{nameof(EffectiveDifferential)}{seed}", machine =>
    {
        var nginx = NginxServer.Start(machine, new LayeredConfiguration(seed, Servers).Text);
        var tool = Tool.On(machine);
        var compared = 0;
        for (var server = 0; server < Servers; server++)
        {
            foreach (var uri in new[] { "/", "/o/x", "/o/i/x" })
            {
                foreach (var method in new[] { "GET", "DELETE" })
                {
                    var host = string.Create(CultureInfo.InvariantCulture, $"s{server}");
                    var result = tool.Run("config", "effective", "--config", nginx.Config, "--prefix", machine.Directory, "--listen", "127.0.0.1:8080", "--host", host, "--uri", uri, "--method", method, "--format", "json");
                    Assert.True(result.ExitCode == 0, result.Errors);
                    var expected = Expectation.Of(JsonDocument.Parse(result.Output).RootElement, machine.PathOf("html"));
                    Assert.Equal($"{host} {method} {uri}\n{expected}", $"{host} {method} {uri}\n{Ask(machine, host, method, uri)}");
                    compared++;
                }
            }
        }

        Assert.Equal(Servers * 3 * 2, compared);
    });

    /// <summary>What the client and the upstream see, in the form of <see cref="Expectation"/>.</summary>
    private static string Ask(LabMachine machine, string host, string method, string uri)
    {
        using var socket = machine.Connect(new IPEndPoint(IPAddress.Loopback, 8080));
        socket.Send(Encoding.ASCII.GetBytes($"{method} {uri} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
        var answer = reader.ReadToEnd();
        var status = answer.Split(' ')[1];
        if (status == "403")
        {
            return "403";
        }

        var (head, body) = (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var headers = head.Split("\r\n").Where(line => line.StartsWith("X-", StringComparison.Ordinal) || line.StartsWith("Cache-Control", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return $"{status}\n{string.Join('\n', headers)}\n{body}";
    }
}
