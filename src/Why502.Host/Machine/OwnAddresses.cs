using System.Net;
using System.Net.NetworkInformation;

namespace Why502.Host.Machine;

/// <summary>The addresses of this machine's interfaces, in the network namespace of why502.</summary>
internal static class OwnAddresses
{
    public static List<(IPAddress Address, int PrefixLength)> Read()
    {
        var addresses = new List<(IPAddress, int)>();
        try
        {
            foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
            {
                foreach (var unicast in network.GetIPProperties().UnicastAddresses)
                {
                    var address = unicast.Address;
                    if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
                    {
                        // The zone is the interface; an address in a log or a configuration has none.
                        address = new(address.GetAddressBytes());
                    }

                    addresses.Add((address, unicast.PrefixLength));
                }
            }
        }
        catch (NetworkInformationException)
        {
            // Without the list of interfaces there is still loopback, which callers know by itself.
        }

        return addresses;
    }
}
