using Why502.Cli.Calibration;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Files without a symptom: what contradicts itself is told, what agrees is left alone.</summary>
public sealed class SupposedSymptomsTests
{
    private const string Pool = "[www]\nuser = www-data\nlisten = /run/php/php8.2-fpm.sock\npm = dynamic\npm.max_children = 5\n";

    private const string Compose = "services:\n  tally:\n    image: example/tally:3\n    ports:\n      - \"8080:3000\"\n  nginx:\n    image: nginx:1.27\n    ports:\n      - \"80:80\"\n";

    [Theory]
    [InlineData("fastcgi_pass unix:/run/php/php8.1-fpm.sock;", Pool, "socket-path-mismatch")]
    [InlineData("fastcgi_pass 127.0.0.1:9000;", Pool, "socket-path-mismatch")]
    [InlineData("proxy_pass http://backend:3000;", Compose, "dns-name-not-found")]
    [InlineData("proxy_pass http://tally:8080;", Compose, "upstream-wrong-address")]
    public async Task FilesThatContradictEachOther_AreToldOf(string pass, string other, string cause)
        => Assert.Equal(cause, Assert.Single(await FindingsAsync(pass, other), finding => finding.Confidence >= 0.5).Cause);

    [Theory]
    [InlineData("fastcgi_pass unix:/run/php/php8.2-fpm.sock;", Pool)]
    [InlineData("proxy_pass http://tally:3000;", Compose)]
    [InlineData("proxy_pass http://tally.example.org:3000;", Compose)]
    [InlineData("proxy_pass http://127.0.0.1:3000;", "")]
    [InlineData("proxy_pass http://tally:3000;", "FROM example/base:9\nWORKDIR /srv\nEXPOSE 3000\n")]
    public async Task FilesThatAgree_AreNoFault(string pass, string other) => Assert.Empty(await FindingsAsync(pass, other));

    [Theory]
    [InlineData("VIRTUAL_PORT=8080", true)]
    [InlineData("VIRTUAL_PORT=3000", false)]
    [InlineData("VIRTUAL_PORT=4000", false)]
    public async Task PortForAProxyOfContainers_IsTheContainersOwn(string variable, bool isTold)
        => Assert.Equal(isTold ? "upstream-wrong-address" : null, (await JudgeAsync(("docker-compose.yml", $"services:\n  tally:\n    image: example/tally:3\n    ports:\n      - \"8080:3000\"\n    environment:\n      - {variable}\n"))).FirstOrDefault()?.Cause);

    [Theory]
    [InlineData("server_name tally.example", "config-invalid")]
    [InlineData("proxy_set_header Host $host\n  proxy_http_version 1.1;", "config-invalid")]
    [InlineData("server_name tally.example;", null)]
    [InlineData("server_name {{ name }};", null)]
    [InlineData("server_name <%= name %>", null)]
    [InlineData("...\n  server_name tally.example", null)]
    [InlineData("tally_limits on;", null)]
    public async Task LineWithoutItsEnd_IsToldOf_WhereTheTextIsTheFileItself(string line, string? cause)
        => Assert.Equal(cause, (await JudgeAsync(("site.conf", $"server {{\n  listen 80;\n  {line}\n  location / {{\n    proxy_pass http://127.0.0.1:3000;\n  }}\n}}\n"))).FirstOrDefault()?.Cause);

    [Fact]
    public async Task CutAtItsEnd_IsNoMistake()
        => Assert.Empty(await JudgeAsync(("site.conf", "server {\n  listen 80;\n  location / {\n    proxy_pass http://127.0.0.1:3000;\n")));

    [Fact]
    public async Task GroupWithoutAServer_FailsByItself()
        => Assert.Equal("upstream-marked-down", (await JudgeAsync(("a.conf", "upstream tally {\n  server 10.1.0.3:8080 down;\n}\nserver {\n  listen 80;\n  location / { proxy_pass http://tally; }\n}\n")))[0].Cause);

    private static Task<IReadOnlyList<StatedFinding>> FindingsAsync(string pass, string other)
        => JudgeAsync(("site.conf", $"server {{\n  listen 80;\n  location / {{\n    {pass}\n  }}\n}}\n"), ("other.txt", other));

    private static async Task<IReadOnlyList<StatedFinding>> JudgeAsync(params (string Name, string Text)[] files)
        => (await CaseRun.JudgeAsync(new LabelledCase { Id = "x", Causes = ["x"], Files = [.. files.Where(file => file.Text.Length > 0).Select(file => KeyValuePair.Create(file.Name, file.Text))] }, CancellationToken.None)).Findings;
}
