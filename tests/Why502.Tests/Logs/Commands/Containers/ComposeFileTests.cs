using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

public sealed class ComposeFileTests
{
    [Fact]
    public void Compose_TellsServicesPortsAndCommands()
    {
        const string Text = """
            services:
              edge:
                image: nginx:1.27
                ports:
                  - "8080:80"
              tally:
                container_name: tally-app
                build: ./tally
                command: ["gunicorn", "--bind", "127.0.0.1:9000", "tally:app"]
                ports: ["127.0.0.1:9001:9000/tcp", "9100"]
            volumes:
              data:
            """;
        var services = Read<ListedContainer>(Text);
        Assert.Equal([("edge", "edge", "defined"), ("tally-app", "tally", "defined")], services.Select(row => (row.Name, row.Service!, row.State)));
        Assert.Equal([("127.0.0.1", 9001, 9000)], services[1].Published);
        Assert.Equal("gunicorn --bind 127.0.0.1:9000 tally:app", Assert.Single(Read<ListedProcess>(Text)).CommandLine);
    }

    [Fact]
    public void ComposeOfVersionOne_HasItsServicesAtTheTop()
        => Assert.Equal(["app", "proxy"], Read<ListedContainer>("app:\n  image: tally\n  links:\n    - db\nproxy:\n  image: nginx\n  ports:\n    - 80:80\n").Select(row => row.Name));
}
