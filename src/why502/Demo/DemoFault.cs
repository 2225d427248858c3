using System.Net;

namespace Why502.Cli.Demo;

/// <summary>One way to break the site. All of them write the same line into the error log.</summary>
/// <param name="Title">For the person who watches.</param>
/// <param name="Cause">What a right diagnosis names.</param>
/// <param name="Before">Where the app listens while the site works: where nginx looks for it.</param>
/// <param name="After">Where it listens after the break; null is nowhere.</param>
/// <param name="Told">What is done to break it.</param>
internal sealed record DemoFault(string Title, string Cause, IPEndPoint Before, IPEndPoint? After, string Told)
{
    public static IReadOnlyList<DemoFault> All(bool withIPv6)
    {
        var faults = new List<DemoFault>();
        var port = DemoSite.FreePorts(withIPv6);
        var address = new IPEndPoint(IPAddress.Loopback, port);
        faults.Add(new("the app is stopped", "upstream-down", address, null, "The app is stopped."));
        port = DemoSite.FreePorts(withIPv6);
        address = new IPEndPoint(IPAddress.Loopback, port);
        faults.Add(new("the app moves to another port", "upstream-wrong-address", address, new(IPAddress.Loopback, port + 1), $"The app is started again, on port {port + 1} instead of {port}."));
        if (withIPv6)
        {
            port = DemoSite.FreePorts(withIPv6);
            address = new IPEndPoint(IPAddress.IPv6Loopback, port);
            faults.Add(new("the app listens on the other loopback family", "loopback-mismatch", address, new(IPAddress.Loopback, port), $"The app is started again, on 127.0.0.1 instead of [::1]; the port stays {port}."));
        }

        return faults;
    }
}
