using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Addresses that an ingress controller writes where a service has no pod to go to.</summary>
public static class StandIns
{
    /// <summary>
    /// nginx/kubernetes-ingress before 1.7 (internal/nginx, NewUpstreamWithDefaultServer) and ingress-nginx before 0.22 (its default backend): port 8181 of the
    /// controller's own loopback. GitLab's workhorse has the same port, beside its nginx too.
    /// </summary>
    private const int ControllersPort = 8181;

    /// <summary>Why nothing outside nginx's own container is meant by the address, or null.</summary>
    public static string? Of(Endpoint peer)
        => peer is { IsUnix: false, IsLoopback: true, Port: ControllersPort } ? $"{peer} is what a Kubernetes ingress controller writes for a service without a ready pod, and is never another container's" : null;
}
