using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What a FastCGI app writes before it closes without an answer.</summary>
public sealed class LastWordsTests
{
    private const string Exception = "Can't locate object method \"price\" via package \"Item\" at app.pl line 1";

    /// <summary>An app that writes the same on routes that it answers only talks.</summary>
    [Theory]
    [InlineData("/price/3", Exception, true)]
    [InlineData("/", Exception, false)]
    [InlineData("/price/3", "PHP message: PHP Warning:  Undefined array key", false)]
    public void UncaughtException_IsTheLastWordOfItsProcess(string alsoOn, string said, bool last)
    {
        string[] lines = [.. Enumerable.Repeat((string[])[Said("/price/3"), Closed], 5).SelectMany(pair => pair), Said(alsoOn)];
        var found = Scene.Run(new Case("", string.Join('\n', lines), "fastcgi_pass 127.0.0.1:9050;"));
        Assert.Equal(last, found.Findings.Any(finding => finding.Cause.Id == "worker-crashed" && finding.Evidence.Any(evidence => evidence.Supports && evidence.Text.Contains("standard error", StringComparison.Ordinal))));

        string Said(string path) => $"FastCGI sent in stderr: \"{said}\" while reading response header from upstream{Tail(path)}";
    }

    private static string Closed => "upstream prematurely closed FastCGI stdout while reading response header from upstream" + Tail("/price/3");

    private static string Tail(string path) => $", client: 192.0.2.7, server: shop.example, request: \"GET {path} HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9050\", host: \"shop.example\"";
}
