using System.Text.Json;
using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

/// <summary>Answers of a PM2 7.0.4 daemon, shortened; the lab asks real ones.</summary>
public class Pm2JsonTests
{
    [Theory]
    [InlineData("""{"status":"stopped","args":["127.0.0.1","3000"],"exec_interpreter":"node","pm_exec_path":"/srv/shop/app.js"}""", ":3000")]
    [InlineData("""{"status":"errored","args":[],"PORT":3000,"SECRET":"s3cret","exec_interpreter":"node","pm_exec_path":"/srv/shop/app.js"}""", ":3000")]
    [InlineData("""{"status":"stopped","args":["app:app","--bind","127.0.0.1:8000"],"exec_interpreter":"python3","pm_exec_path":"/usr/bin/gunicorn","pm_cwd":"/srv/shop"}""", "127.0.0.1:8000")]
    [InlineData("""{"status":"stopped","args":["-f","--verbose"],"exec_interpreter":"node","pm_exec_path":"/nowhere/app.js"}""", "")]
    public void App_IsReadWithWhereItListens(string set, string addresses)
    {
        using var answer = JsonDocument.Parse($$"""{"args":[[{"pid":0,"name":"shop","pm2_env":{{set}},"pm_id":2}]]}""");
        var app = Assert.Single(Pm2Json.Apps(answer.RootElement));
        Assert.Equal((2, "shop", addresses), (app.Id, app.Name, string.Join(' ', app.Addresses)));
        Assert.DoesNotContain("s3cret", JsonSerializer.Serialize(app), StringComparison.Ordinal);
    }

    [Fact]
    public void ScriptsOwnDefault_CountsWhereNothingElseSays()
    {
        var script = Path.GetTempFileName();
        File.WriteAllText(script, "const port = process.env.PORT || 4000;\napp.listen(port);\n");
        using var answer = JsonDocument.Parse($$"""{"args":[[{"name":"shop","pm_id":0,"pm2_env":{"status":"stopped","exec_interpreter":"node","pm_exec_path":"{{script}}"} }]]}""");
        Assert.Equal([":4000"], Assert.Single(Pm2Json.Apps(answer.RootElement)).Addresses);
        File.Delete(script);
    }

    /// <summary>A saved list (dump.pm2): what ran when it was saved, without PM2's numbers.</summary>
    [Fact]
    public void SavedList_HasWhatRan()
    {
        using var list = JsonDocument.Parse("""[{"status":"online","name":"shop","args":["3000"],"exec_interpreter":"node","pm_exec_path":"/srv/shop/app.js","PATH":"/opt/node/bin:bin:/usr/bin","SECRET":"s3cret"},{"status":"stopped","name":"old"},7]""");
        var app = Assert.Single(Pm2Json.Saved(list.RootElement));
        Assert.Equal(("saved", "shop", ":3000"), (app.State, app.Name, string.Join(' ', app.Addresses)));
        Assert.Equal(["/opt/node/bin", "/usr/bin"], Pm2Json.SearchPath(list.RootElement));
        using var other = JsonDocument.Parse("{}");
        Assert.Empty(Pm2Json.Saved(other.RootElement));
        Assert.Empty(Pm2Json.SearchPath(other.RootElement));
    }

    [Theory]
    [InlineData("""{"error":"no such method"}""")]
    [InlineData("""{"args":[]}""")]
    [InlineData("""{"args":[[7,{"pm_id":"x"},{"pm_id":1,"name":"shop","pm2_env":3}]]}""")]
    public void OtherAnswers_AreNoApps(string text)
    {
        using var answer = JsonDocument.Parse(text);
        Assert.Empty(Pm2Json.Apps(answer.RootElement));
        Assert.Null(Pm2Json.Program(answer.RootElement));
    }

    [Fact]
    public void Message_HasTheLengthOfEachArgument() => Assert.Equal([0x12, 0, 0, 0, 2, (byte)'j', (byte)':', 0, 0, 0, 3, (byte)'i', (byte)':', (byte)'1'], Pm2Socket.Message("j:", "i:1"));
}
