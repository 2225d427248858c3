using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

/// <summary>The command of a unit with another option, or none where that is not for a program to decide.</summary>
public sealed class UnitCommandTests
{
    [Theory]
    [InlineData("/usr/bin/gunicorn --timeout 30 app:app", "/usr/bin/gunicorn --timeout 60 app:app")]
    [InlineData("/usr/bin/gunicorn --timeout=30 app:app", "/usr/bin/gunicorn --timeout=60 app:app")]
    [InlineData("/srv/venv/bin/gunicorn app:app", "/srv/venv/bin/gunicorn app:app --timeout 60")]
    [InlineData("-/usr/bin/python3 -m gunicorn app:app", "-/usr/bin/python3 -m gunicorn app:app --timeout 60")]
    [InlineData("/usr/bin/gunicorn -t 30 app:app", null)]
    [InlineData("/usr/bin/gunicorn --timeout 30 --timeout 40 app:app", null)]
    [InlineData("/usr/bin/gunicorn --env A='b c' app:app", null)]
    [InlineData("/usr/bin/gunicorn --bind $ADDRESS app:app", null)]
    [InlineData("/bin/sh -c 'exec gunicorn app:app'", null)]
    [InlineData("/usr/bin/gunicorn \\", null)]
    [InlineData("gunicorn app:app", null)]
    public void Option_IsSet(string command, string? expected) => Assert.Equal(expected, UnitCommand.With($"[Unit]\nDescription=Shop\n\n[Service]\nUser=shop\nExecStart={command}\nRestart=always\n", "--timeout", "60"));

    [Theory]
    [InlineData("/usr/bin/gunicorn --bind 127.0.0.1:8000 app:app", "/usr/bin/gunicorn --bind 127.0.0.1:8000 --bind 172.18.0.1:8000 app:app")]
    [InlineData("/usr/bin/gunicorn -b=localhost:8000 app:app", "/usr/bin/gunicorn -b=localhost:8000 -b=172.18.0.1:8000 app:app")]
    [InlineData("/usr/bin/uwsgi --http-socket 127.0.0.1:9000 --socket 127.0.0.1:8000", "/usr/bin/uwsgi --http-socket 127.0.0.1:9000 --socket 127.0.0.1:8000 --socket 172.18.0.1:8000")]
    [InlineData("/usr/bin/gunicorn --bind 127.0.0.1:80001 app:app", null)]
    [InlineData("/usr/bin/gunicorn --bind 127.0.0.1:8001 app:app", null)]
    [InlineData("/usr/bin/gunicorn app:app", null)]
    [InlineData("/usr/bin/gunicorn --bind 127.0.0.1:8000 -b localhost:8000 app:app", null)]
    [InlineData("/usr/bin/start --bind 127.0.0.1:8000", null)]
    public void Address_IsOneMore(string command, string? expected) => Assert.Equal(expected, UnitCommand.WithAddress($"[Service]\nExecStart={command}\n", 8000, "172.18.0.1:8000"));

    [Fact]
    public void TwoCommands_AreLeftAlone() => Assert.Null(UnitCommand.With("[Service]\nExecStart=/usr/bin/gunicorn a\nExecStart=/usr/bin/gunicorn b\n", "--timeout", "60"));
}
