using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

/// <summary>What says how an app is started, and what filters its packets, in the forms that people hand over.</summary>
public sealed class RecipeListingTests
{
    [Fact]
    public void Ruleset_BecomesSavedRules()
    {
        var filter = Assert.Single(Session<FilterText>("""
            # nft -a list ruleset
            table inet filter { # handle 1
            	chain output { # handle 3
            		type filter hook output priority filter; policy accept;
            		oif "lo" accept # handle 4
            		ct state established,related accept # handle 5
            		ip daddr 10.7.0.0/16 tcp dport { 8100, 8200-8210 } counter packets 12 bytes 720 reject with tcp reset # handle 9
            	}
            }
            """));
        Assert.Contains(":OUTPUT ACCEPT [0:0]\n", filter.Text, StringComparison.Ordinal);
        Assert.Contains("-A OUTPUT -j output\n", filter.Text, StringComparison.Ordinal);
        Assert.Contains("-A output -o lo -j ACCEPT\n", filter.Text, StringComparison.Ordinal);
        Assert.Contains("-A output -d 10.7.0.0/16 -p tcp -m multiport --dports 8100,8200:8210 -j REJECT --reject-with tcp-reset\n", filter.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void RulesetWithAConditionThatNobodyModels_IsNotUnderstood()
        => Assert.Contains("-m unknown -j DROP", Assert.Single(Session<FilterText>("table ip f {\n chain c {\n type filter hook output priority 0; policy accept;\n limit rate 5/second tcp dport 80 drop\n }\n}\n")).Text, StringComparison.Ordinal);

    [Fact]
    public void NumberedIptablesTable_IsReadByItsHeader()
        => Assert.Contains("-A OUTPUT -p tcp -d 10.7.0.9 -o eth0 --dport 8100 -j DROP\n", Assert.Single(Session<FilterText>("""
            Chain OUTPUT (policy ACCEPT 3 packets, 180 bytes)
            num   pkts bytes target     prot opt in     out     source               destination
            1       12   720 DROP       tcp  --  *      eth0    0.0.0.0/0            10.7.0.9             tcp dpt:8100
            """)).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("[Unit]\nDescription=Tally\n[Service]\nExecStart=/srv/tally/bin/gunicorn \\\n  --bind 127.0.0.1:8100 \\\n  tally:app\n", "/srv/tally/bin/gunicorn  --bind 127.0.0.1:8100  tally:app")]
    [InlineData("FROM python:3.12\nENTRYPOINT [\"uvicorn\"]\nCMD [\"tally:app\", \"--port\", \"8100\"]\n", "uvicorn tally:app --port 8100")]
    [InlineData("FROM python:3.12 AS build\nCMD gunicorn -b :8100 tally:app\n", "gunicorn -b :8100 tally:app")]
    [InlineData("[program:tally]\ncommand=/srv/tally/bin/gunicorn -b unix:/run/tally.sock tally:app\nuser=tally\n", "/srv/tally/bin/gunicorn -b unix:/run/tally.sock tally:app")]
    [InlineData("start on runlevel [2345]\nrespawn\nexec /srv/tally/bin/gunicorn -b unix:/run/tally.sock tally:app\n", "/srv/tally/bin/gunicorn -b unix:/run/tally.sock tally:app")]
    public void Launch_IsTheCommandLine(string text, string command) => Assert.Equal(command, Assert.Single(Session<ListedProcess>(text)).CommandLine);

    [Theory]
    [InlineData("$ docker run -d --name tally -p 127.0.0.1:8100:80 -e MODE=live registry.example/tally:3 serve --port 80\n")]
    [InlineData("sudo docker run -dit --restart=always -p8100:80 \\\n  --name=tally \\\n  registry.example/tally:3\n")]
    [InlineData("so I did `podman run --name tally -p 8100:80/tcp registry.example/tally:3`\n", false)]
    [InlineData("`podman run --name tally -p 8100:80/tcp registry.example/tally:3`\n")]
    public void ContainersCommand_TellsItsImageAndPorts(string text, bool alone = true)
        => Assert.Equal(
            alone ? [("tally", "registry.example/tally:3", 8100, 80)] : [],
            Session<ListedContainer>(text).Select(row => (row.Name, row.Image!, row.Published[0].Host, row.Published[0].Container)));

    [Theory]
    [InlineData("docker run --name front -p 80:80 -d nginx:1.27\n", true)]
    [InlineData("docker run --name front --network host -d nginx:1.27\n", false)]
    [InlineData("docker run --help\n", false)]
    public void ContainersCommandOfNginx_TellsThatItsLoopbackIsItsOwn(string text, bool contained) => Assert.Equal(contained, Session<ContainedNginx>(text).Count == 1);

    [Theory]
    [InlineData("command=1\n")]
    [InlineData("CMD was not found\n")]
    [InlineData("the unit says ExecStart=x\n")]
    public void ProseAboutALaunch_IsNone(string text) => Assert.Empty(Session<ListedProcess>(text));

    [Theory]
    [InlineData("FROM node:20\nEXPOSE 8100\nCMD [\"node\", \"tally.js\"]\n", 8100)]
    [InlineData("FROM node:20 AS build\nEXPOSE 1234\nFROM node:20-slim\nEXPOSE 8100/tcp\n", 8100)]
    [InlineData("kind: Deployment\nspec:\n  containers:\n    - image: tally:3\n      ports:\n        - containerPort: 8100\n", 8100)]
    [InlineData("Containers:\n  tally:\n    Image:          tally:3\n    Port:           8100/TCP\n", 8100)]
    public void Ports_AreTheImagesOwn(string text, int port) => Assert.Equal([port], Assert.Single(Session<ListedContainer>(text)).Exposed);

    [Theory]
    [InlineData("FROM nginx:1.27\nEXPOSE 80\n")]
    [InlineData("EXPOSE 80\n")]
    [InlineData("kind: Service\nspec:\n  ports:\n    - port: 80\n      targetPort: 8100\n")]
    public void PortsOfNginxItself_AreNobodysUpstream(string text) => Assert.Empty(Session<ListedContainer>(text));
}
