using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What a fix writes into the location, where the software that shows the fault is not in the lab.</summary>
public sealed class FixEditTests
{
    /// <summary>nginx from 1.29.4 speaks HTTP/2 to upstreams; the lab's does not.</summary>
    [Fact]
    public void ServerThatWantsHttp11_GetsIt()
        => Assert.Equal("proxy_http_version 1.1; proxy_pass http://127.0.0.1:50051;", Edited("h2-stream-rejected", "proxy_http_version 2; proxy_pass http://127.0.0.1:50051;", error =>
            error.Replace("error 7", "error 13", StringComparison.Ordinal).Replace("grpc://", "http://", StringComparison.Ordinal)));

    [Fact]
    public void RefusedStream_IsTheServersToMend() => Assert.Null(Edited("h2-stream-rejected", "grpc_pass grpc://127.0.0.1:50051;"));

    /// <summary>nginx from 1.29.7 keeps connections by itself; the lab's does not.</summary>
    [Fact]
    public void ConnectionsKeptSinceTheUpgrade_AreClosedAgain()
    {
        var edited = Edited("upgrade-changed-default", "proxy_set_header Host $host; proxy_pass http://127.0.0.1:3000;");
        Assert.Contains("proxy_http_version 1.0;", edited, StringComparison.Ordinal);
        Assert.Contains("proxy_set_header Connection close;", edited, StringComparison.Ordinal);
        Assert.Contains("proxy_set_header Host $host;", edited, StringComparison.Ordinal);
    }

    [Fact]
    public void OwnWordOnConnections_IsLeftAlone() => Assert.Null(Edited("upgrade-changed-default", "proxy_http_version 1.1; proxy_pass http://127.0.0.1:3000;"));

    /// <summary>The location after the edit, in one line; null without an edit.</summary>
    private static string? Edited(string cause, string location, Func<string, string>? retell = null)
    {
        var example = CauseRegistry.Find(cause)!.Info.Example;
        var found = Scene.Run(example with { Location = location, ErrorLog = retell?.Invoke(example.ErrorLog) ?? example.ErrorLog }).Findings.First(finding => finding.Cause.Id == cause);
        if (found.Fix!.Edits is not [var edit])
        {
            return null;
        }

        const string Start = "location / {";
        var text = string.Join(' ', Encoding.UTF8.GetString(edit.After).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        var at = text.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        return text[at..text.IndexOf('}', at)].Trim();
    }
}
