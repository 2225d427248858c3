using System.Net;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Bringing nginx and an app together that a container's border keeps apart.</summary>
internal static class ContainerFix
{
    public static Fix Of(Incident incident, Observations seen)
    {
        var boundary = Boundary.Of(incident, seen);
        var peer = incident.Peer!;
        if (ComposeFix.Of(incident, boundary, seen) is { } compose)
        {
            return compose;
        }

        if (HostBindFix.Of(incident, boundary, seen) is { } host)
        {
            return host;
        }

        if (boundary.Space is not null || incident.Kind != SymptomKind.ConnectFailed || (incident.Instance.FromFiles && !peer.IsLoopback))
        {
            return new Fix
            {
                Summary = "Make the app listen on 0.0.0.0 inside its container.",
                Steps =
                [
                    new("Bind 0.0.0.0 instead of 127.0.0.1: gunicorn --bind 0.0.0.0:PORT, flask run --host 0.0.0.0, server.listen(PORT, \"0.0.0.0\"), PHP-FPM listen = 9000 with listen.allowed_clients, ASPNETCORE_URLS=http://+:PORT. Then restart the container."),
                    new("What is not published stays unreachable from outside the machine."),
                ],
            };
        }

        var other = boundary.At?.OtherNamespace.FirstOrDefault();
        var container = other is null ? null : ContainerReading.Of(other, seen);

        // Published already: the port on the host is another one.
        if (incident.Instance.NetworkThrough == 0 && container?.Published.FirstOrDefault(port => port.ContainerPort == peer.Port) is { } published)
        {
            return RetargetFix.Of(incident, $"127.0.0.1:{published.HostPort}", $"Point nginx at 127.0.0.1:{published.HostPort}, where container {container.Name} publishes port {peer.Port}.");
        }

        if (incident.Instance.NetworkThrough != 0 && container?.Service is { } service)
        {
            return RetargetFix.Of(incident, $"{service}:{peer.Port}", $"Address the app by its service's name, {service}:{peer.Port}, in a network that both containers share.");
        }

        return new Fix
        {
            Summary = incident.Instance.NetworkThrough != 0 || incident.Instance.Container is not null || incident.Instance.FromFiles
                ? "Address the app by its container's name, or the host by host.docker.internal."
                : $"Publish port {peer.Port} of the app's container on 127.0.0.1, or use the address that it has.",
            Steps = incident.Instance.NetworkThrough != 0 || incident.Instance.Container is not null || incident.Instance.FromFiles
                ? [new($"With both in one network: proxy_pass http://SERVICE:{peer.Port}; and the app bound to 0.0.0.0."), new("For an app on the host itself: extra_hosts: host.docker.internal:host-gateway, and the app bound to the bridge's address (not to 127.0.0.1).")]
                : [new($"docker run -p 127.0.0.1:{peer.Port}:{peer.Port} … (compose: ports: [\"127.0.0.1:{peer.Port}:{peer.Port}\"]), with the app bound to 0.0.0.0 inside{(Own(other) ? "; now it binds loopback" : "")}.")],
        };
    }

    private static bool Own(Listener? listener) => listener is not null && IPAddress.TryParse(listener.Address, out var address) && IPAddress.IsLoopback(address);
}
