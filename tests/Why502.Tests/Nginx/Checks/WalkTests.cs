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

    [Fact]
    public void LaterDirectiveThatTheBuildHas_IsKnown() => Assert.Empty(ConfigurationCheck.Run(
        Conf.Http("max_headers 10;"),
        new NginxFacts(new Version(1, 22, 1)) { Backports = new HashSet<string> { "max_headers" } },
        UnobservedWorld.Instance));

    [Fact]
    public void MissingInclude_IsMetAtItsPlace() => Assert.Equal(
        ["2: open() \"/etc/nginx/missing.conf\" failed (2: No such file or directory)", "3: unknown directive \"nope\""],
        Check("events {}\ninclude missing.conf;\nnope 1;").Select(Line));

    private static IReadOnlyList<Problem> Check(string text) => ConfigurationCheck.Run(
        Conf.Load(text), NginxFacts.Newest, UnobservedWorld.Instance);

    private static string First(IReadOnlyList<Problem> problems) => problems.Count == 0 ? "" : Line(problems[0]);

    private static string Line(Problem problem) => $"{problem.At.Line}: {problem.Message}";
}
