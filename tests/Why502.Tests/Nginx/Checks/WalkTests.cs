using System.Text;
using Why502.Nginx;
using Why502.Nginx.Checks;
using Xunit;

namespace Why502.Tests.Nginx.Checks;

/// <summary>The order of the walk is nginx's: what it meets first comes first.</summary>
public class WalkTests
{
    [Theory]
    [InlineData("events {}", "")]
    [InlineData("events {}\nhttp {\n server {\n  locaton / {\n  }\n  root /a;\n }\n}", "4: unknown directive \"locaton\"")]
    [InlineData("events {}\nserver {\n}", "2: \"server\" directive is not allowed here")]
    [InlineData("events {}\nhttp;", "2: directive \"http\" has no opening \"{\"")]
    [InlineData("events {}\nhttp {\n root /a\n {\n}\n}", "4: directive \"root\" is not terminated by \";\"")]
    [InlineData("events {}\nhttp {\n root;\n}", "3: invalid number of arguments in \"root\" directive")]
    [InlineData("events {}\nevents {}", "2: \"events\" directive is duplicate")]
    [InlineData("events {}\nhttp {\n sendfile yes;\n}", "3: invalid value \"yes\" in \"sendfile\" directive, it must be \"on\" or \"off\"")]
    public void Mistake_IsWordedAndPlacedAsNginxDoes(string text, string expected) => Assert.Equal(expected, First(Check(text)));

    [Fact]
    public void MistakeOfTheTextBehindAnotherMistake_ComesSecond() => Assert.Equal(
        ["2: unknown directive \"nope\"", "3: unexpected \"}\""],
        Check("events {}\nnope 1;\n}").Select(Line));

    [Theory]
    [InlineData("server {\n listen 80;\n}", "not a whole configuration: checked as the content of http {}")]
    [InlineData("location / {\n}", "not a whole configuration: checked as the content of server {}")]
    [InlineData("proxy_set_header Host $host;\nproxy_pass http://127.0.0.1;", "not a whole configuration: checked as the content of location {}")]
    public void PartOfAConfiguration_IsCheckedWhereItFits(string text, string note)
    {
        var problem = Assert.Single(Check(text));
        Assert.Equal((ProblemKind.Warning, note), (problem.Kind, problem.Message));
    }

    [Theory]
    [InlineData("max_headers 10;", "")]
    [InlineData("max_headers x;", "3: \"max_headers\" directive invalid number")]
    public void LaterDirectiveThatTheBuildHas_IsRead(string directive, string expected) => Assert.Equal(expected, First(ConfigurationCheck.Run(
        Conf.Http(directive),
        new NginxFacts(new Version(1, 22, 1)) { Backports = new HashSet<string> { "max_headers" } },
        UnobservedWorld.Instance)));

    [Theory]
    [InlineData("listen 127.0.0.1:80; listen 81;", "1: 2 worker_connections are not enough for 2 listening sockets")]
    [InlineData("listen 127.0.0.1:80 bind; listen 80;", "1: 2 worker_connections are not enough for 2 listening sockets")]
    [InlineData("listen 127.0.0.1:80; listen 80;", "")]
    [InlineData("listen 127.0.0.1:80; listen [::]:80;", "1: 2 worker_connections are not enough for 2 listening sockets")]
    public void FewerConnectionsThanSockets_AreNotEnough(string listen, string expected) => Assert.Equal(
        expected, First(Check($"events {{ worker_connections 2; }}\nhttp {{ server {{ {listen} }} }}")));

    [Fact]
    public void MissingEvents_ComeBeforeAMissingThreadPool() => Assert.Equal(
        "0: no \"events\" section in configuration", First(Check("http { aio threads=x; }")));

    [Fact]
    public void EmptyPid_IsTheOneThatIsBuiltIn() => Assert.Equal(
        "1: open() \"/run/built-in.pid\" failed (13: Permission denied)",
        First(ConfigurationCheck.Run(
            Conf.Load("pid \"\"; events {}"),
            new NginxFacts(new Version(1, 22, 1), new Dictionary<string, string> { ["pid-path"] = "/run/built-in.pid" }),
            new WriteProtectedWorld())));

    [Fact]
    public void IncludedDirectory_IsMetAtItsFirstRead() => Assert.Equal(
        ["2: pread() \"/etc/nginx/conf.d\" failed (21: Is a directory)", "3: unknown directive \"nope\""],
        ConfigurationCheck.Run(
            NginxConfiguration.Load(new DirectorySource("events {}\ninclude conf.d;\nnope 1;"), Conf.Main, "/etc/nginx"), NginxFacts.Newest, UnobservedWorld.Instance).Select(Line));

    [Fact]
    public void MissingInclude_IsMetAtItsPlace() => Assert.Equal(
        ["2: open() \"/etc/nginx/missing.conf\" failed (2: No such file or directory)", "3: unknown directive \"nope\""],
        Check("events {}\ninclude missing.conf;\nnope 1;").Select(Line));

    [Theory]
    [InlineData("server 127.0.0.1:80 weight=2;\nkeepalive 3;\n")]
    [InlineData("hash $host;\nserver 127.0.0.1:80;\n")]
    public void UpstreamsContentAlone_IsChecked(string text) => Assert.DoesNotContain(Check(text), problem => problem.Kind == ProblemKind.Semantic);

    private static IReadOnlyList<Problem> Check(string text) => ConfigurationCheck.Run(
        Conf.Load(text), NginxFacts.Newest, UnobservedWorld.Instance);

    private static string First(IReadOnlyList<Problem> problems) => problems.Count == 0 ? "" : Line(problems[0]);

    private static string Line(Problem problem) => $"{problem.At.Line}: {problem.Message}";

    /// <summary>A main file beside directories only.</summary>
    private sealed class DirectorySource(string main) : IConfigurationSource
    {
        public SourceFile Read(string path) => path == Conf.Main
            ? new SourceFile(path, Encoding.UTF8.GetBytes(main), null)
            : new SourceFile(path, null, "(21: Is a directory)");

        public IReadOnlyList<string> Glob(string pattern) => [];
    }

    /// <summary>Nothing can be written; nobody looks at anything else.</summary>
    private sealed class WriteProtectedWorld : ICheckWorld
    {
        public Sight Readable(string path) => Sight.Unobserved;

        public Sight Appendable(string path) => Sight.No("(13: Permission denied)");

        public Sight DirectoryMakeable(string path) => Sight.Unobserved;

        public Sight Bindable(string address) => Sight.Unobserved;

        public Sight User(string name) => Sight.Unobserved;

        public Sight Group(string name) => Sight.Unobserved;

        public HostSight Host(string name) => new(Sight.Unobserved, []);

        public Sight Certificate(string path) => Sight.Unobserved;

        public Sight CertificateKey(string path, string? certificatePath) => Sight.Unobserved;
    }
}
