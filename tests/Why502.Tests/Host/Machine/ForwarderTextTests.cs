using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

/// <summary>Where forwarders are told to hand connections on.</summary>
public sealed class ForwarderTextTests
{
    private const string Haproxy = """
        global
          maxconn 100
        defaults
          mode http
        frontend shop
          bind 127.0.0.1:8081,:8082 # both
          default_backend apps
          use_backend static if { path_beg /s }
        backend apps
          server a1 127.0.0.1:8000 check
          server a2 127.0.0.1:8001 disabled
        backend static
          server s1 unix@/run/static.sock
        listen crm
          mode tcp
          bind 127.0.0.1:8070
          server crm1 10.0.0.9:8443
        """;

    [Fact]
    public void HaproxysFrontend_LeadsToItsBackendsServers()
        => Assert.Equal([new("127.0.0.1:8000", false, "h.cfg", 10), new("unix:/run/static.sock", false, "h.cfg", 13)], ForwarderText.Haproxy(Haproxy, "h.cfg", 8082));

    [Fact]
    public void HaproxysListen_HandsBytesOn() => Assert.Equal([new("10.0.0.9:8443", true, "h.cfg", 17)], ForwarderText.Haproxy(Haproxy, "h.cfg", 8070));

    [Fact]
    public void AnotherPort_LeadsNowhere() => Assert.Empty(ForwarderText.Haproxy(Haproxy, "h.cfg", 8443));

    /// <summary>defaults of a later section end those of an earlier one.</summary>
    [Fact]
    public void HaproxyWithoutAMode_HandsBytesOn() => Assert.True(Assert.Single(ForwarderText.Haproxy("defaults\n mode http\ndefaults\n timeout client 1s\nlisten x\n bind :1\n server a 127.0.0.1:2\n", "h.cfg", 1)).IsRaw);

    [Theory]
    [InlineData("socat -d TCP-LISTEN:7000,fork TCP:10.0.0.2:8000,nodelay", "10.0.0.2:8000")]
    [InlineData("socat TCP4-LISTEN:7000,fork UNIX-CONNECT:/run/app.sock", "unix:/run/app.sock")]
    [InlineData("socat TCP-LISTEN:7000,fork TCP:localhost:8000", "127.0.0.1:8000")]
    [InlineData("socat TCP-LISTEN:7000,fork EXEC:cat", null)]
    public void Socat_GoesToItsSecondAddress(string command, string? target) => Assert.Equal(target, ForwarderText.Socat(command.Split(' ')).SingleOrDefault()?.Address);

    [Fact]
    public void DockersProxy_GoesToTheContainer()
        => Assert.Equal("172.17.0.2:80", Assert.Single(ForwarderText.DockerProxy("/usr/bin/docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 8080 -container-ip 172.17.0.2 -container-port 80".Split(' '))).Address);

    [Fact]
    public void Stunnel_GoesWhereTheServiceOfThatPortConnects()
        => Assert.Equal([new("127.0.0.1:8443", true, "s.conf", 7)], ForwarderText.Stunnel("client = yes\n[a]\naccept = 1\nconnect = 2\n[b]\naccept = 127.0.0.1:8070\nconnect = 8443\n", "s.conf", 8070));

    [Fact]
    public void Varnish_HasItsBackendsInVcl()
        => Assert.Equal([new ForwardTarget("127.0.0.1:8080", false, "d.vcl", 2), new ForwardTarget("10.0.0.9:80", false, "d.vcl", 6)], ForwarderText.Vcl("vcl 4.1;\nbackend a {\n .host = \"127.0.0.1\";\n .port = \"8080\";\n}\nbackend b { .host = \"10.0.0.9\"; }\n", "d.vcl"));
}
