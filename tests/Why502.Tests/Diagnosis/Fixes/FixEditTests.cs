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

    /// <summary>proxy_busy_buffers_size must not be smaller than the buffer of the header.</summary>
    [Fact]
    public void BusyBuffersThatAreWritten_GrowWithTheHeadersBuffer()
        => Assert.Contains("proxy_busy_buffers_size 32k;", Edited("response-header-too-big", "proxy_buffer_size 4k; proxy_buffers 4 4k; proxy_busy_buffers_size 8k; proxy_pass http://127.0.0.1:3000;"), StringComparison.Ordinal);

    [Fact]
    public void BusyBuffersThatAreNotWritten_StayUnwritten()
        => Assert.DoesNotContain("busy", Edited("response-header-too-big", "proxy_pass http://127.0.0.1:3000;"), StringComparison.Ordinal);

    /// <summary>Two servers in one line: the one that fails is the one that is changed.</summary>
    [Fact]
    public void ServersOfOneLine_AreToldApart()
    {
        var found = Scene.Run(new Case("", "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8003/\", host: \"shop.example\"",
            "proxy_pass http://s;", scene => scene.Listens("127.0.0.1:8001", "gunicorn", 811).Listens("127.0.0.1:8002", "gunicorn", 812), "upstream s { server 127.0.0.1:8001; server 127.0.0.1:8003; }")).Findings[0];
        Assert.Equal("upstream-wrong-address", found.Cause.Id);
        Assert.Contains("server 127.0.0.1:8001; server 127.0.0.1:8002;", Encoding.UTF8.GetString(Assert.Single(found.Fix!.Edits).After), StringComparison.Ordinal);
    }

    /// <summary>A group that answers over TLS but for one server is not told to speak plain HTTP.</summary>
    [Fact]
    public void OneServerWithoutTls_ChangesNothingForTheOthers()
    {
        var found = Scene.Run(new Case("", "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://127.0.0.1:8444/\", host: \"shop.example\"",
            "proxy_pass https://be;", scene => scene.Listens("127.0.0.1:8443", "haproxy", 811).Listens("127.0.0.1:8444", "node", 812).Answered("/", 200, "127.0.0.1:8443", 0.01, 40), "upstream be { server 127.0.0.1:8443; server 127.0.0.1:8444; }")).Findings[0];
        Assert.Equal("tls-plaintext-upstream", found.Cause.Id);
        Assert.Empty(found.Fix!.Edits);
    }

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
