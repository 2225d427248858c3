using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class AppsTests
{
    [Theory]
    [InlineData("/usr/bin/python3 /usr/bin/gunicorn -w 2 app:app", "gunicorn", "127.0.0.1:8000")]
    [InlineData("python3.11 -m gunicorn app:app --bind=unix:/run/g.sock -b 0.0.0.0:80", "gunicorn", "unix:/run/g.sock 0.0.0.0:80")]
    [InlineData("gunicorn -b 127.0.0.1", "gunicorn", "127.0.0.1:8000")]
    [InlineData("gunicorn -b unix:run/g.sock x", "gunicorn", "unix:/srv/app/run/g.sock")]
    [InlineData("gunicorn: master [app:app]", "gunicorn", "")]
    [InlineData("uwsgi --http-socket :9090 --master", "uwsgi", ":9090")]
    [InlineData("/usr/bin/uwsgi_python3 -s /run/u.sock", "uwsgi", "unix:/run/u.sock")]
    [InlineData("python -m uvicorn main:app --port 8001", "python", "127.0.0.1:8001")]
    [InlineData("uvicorn main:app --uds /run/u.sock", "python", "unix:/run/u.sock")]
    [InlineData("python3 -m http.server 8123 --bind 127.0.0.1", "python", "127.0.0.1:8123")]
    [InlineData("python manage.py runserver 0:8000", "python", "0:8000")]
    [InlineData("python manage.py runserver", "python", "127.0.0.1:8000")]
    [InlineData("flask run -p 5001", "python", "127.0.0.1:5001")]
    [InlineData("php -S localhost:8080 router.php", "php", "localhost:8080")]
    [InlineData("puma 6.4.2 (tcp://0.0.0.0:3000,unix:///run/p.sock) [app]", "ruby", "0.0.0.0:3000 unix:/run/p.sock")]
    [InlineData("ruby bin/rails server -b 0.0.0.0 -p 3001", "ruby", "0.0.0.0:3001")]
    [InlineData("unicorn master -c x -l 127.0.0.1:9000", "ruby", "127.0.0.1:9000")]
    [InlineData("unicorn app.ru", "ruby", "0.0.0.0:8080")]
    [InlineData("unicorn -c config/unicorn.rb", "ruby", "")]
    [InlineData("gunicorn -c conf.py app:app", "gunicorn", "")]
    [InlineData("java -Dserver.port=8081 -jar app.jar", "java", ":8081")]
    [InlineData("java -jar app.jar --server.port=8082 --server.address=127.0.0.1", "java", "127.0.0.1:8082")]
    [InlineData("dotnet app.dll --urls http://*:5001;http://localhost:5002", "dotnet", ":5001 localhost:5002")]
    [InlineData("node /srv/server.js --port 3005", "node", ":3005")]
    [InlineData("next-server (v14.1.0)", "node", ":3000")]
    public void CommandLine_TellsStackAndAddress(string commandLine, string stack, string addresses)
    {
        var found = AppStack.Of(commandLine.Split(' '))!;

        Assert.Equal(stack, found.Name);
        Assert.Equal(addresses, string.Join(' ', BindAddresses.Of(App(found))));
    }

    [Theory]
    [InlineData("vim gunicorn.conf.py")]
    [InlineData("python3 -m celery -A app worker")]
    [InlineData("/usr/bin/python3 /usr/bin/unattended-upgrade")]
    [InlineData("python3-config --libs")]
    [InlineData("php script.php")]
    public void OtherPrograms_AreNoServers(string commandLine) => Assert.Null(AppStack.Of(commandLine.Split(' ')));

    [Fact]
    public void Environment_TellsWhereNodeListens()
        => Assert.Equal(["127.0.0.1:4000"], BindAddresses.Of(App(AppStack.Of(["node", "server.js"])!) with { Environment = new Dictionary<string, string> { ["PORT"] = "4000", ["HOST"] = "127.0.0.1" } }));

    [Fact]
    public void GunicornsFile_IsReadWhereNothingElseBinds()
    {
        var app = App(AppStack.Of(["gunicorn", "-c", "conf.py", "app"])!) with { ReadFile = path => path == "conf.py" ? "import os\nbind = ['unix:/run/a.sock', \"127.0.0.1:1\"]\nworker_class = 'gevent'\n" : null };

        Assert.Equal(["unix:/run/a.sock", "127.0.0.1:1"], BindAddresses.Of(app));
        Assert.False(OneRequest.PerWorker(app));
    }

    [Theory]
    [InlineData("gunicorn app", true)]
    [InlineData("gunicorn -k sync app", true)]
    [InlineData("gunicorn -k gevent app", false)]
    [InlineData("gunicorn --threads 4 app", false)]
    [InlineData("gunicorn -c lost.py app", null)]
    [InlineData("uwsgi --master --processes 4", true)]
    [InlineData("uwsgi --threads 4", false)]
    [InlineData("node x.js", false)]
    public void Workers_ServeOneRequestOrMore(string commandLine, bool? one) => Assert.Equal(one, OneRequest.PerWorker(App(AppStack.Of(commandLine.Split(' '))!)));

    [Fact]
    public void TomcatsConnectors_AreFoundOutsideComments()
        => Assert.Equal([":8080", "127.0.0.1:8009"], JavaAddresses.Connectors("<Server><!-- <Connector port=\"1\"/> --><Connector port=\"8080\" protocol='x'\n redirectPort=\"8443\"/><Connector address='127.0.0.1' port='8009'/></Server>"));

    private static AppLaunch App(AppStack stack) => new(stack, new Dictionary<string, string>(), "/srv/app", _ => null);
}
