using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Why502.Host.Kernel;
using Why502.Nginx.Checks;

namespace Why502.Host.Checks;

/// <summary>
/// Looks at this machine for a check of a configuration, and changes nothing. Host names are noted first and looked up together
/// by <see cref="ResolveWantedAsync"/>: until then nobody knows them.
/// </summary>
public sealed class LiveCheckWorld(bool resolve) : ICheckWorld
{
    /// <summary>So many names are asked for at a time; getaddrinfo takes a thread each.</summary>
    private const int ResolversMax = 32;

    private static readonly TimeSpan ResolvePatience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, HostSight> hosts = new(StringComparer.Ordinal);
    private readonly HashSet<string> wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sight> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sight> groups = new(StringComparer.Ordinal);

    /// <summary>Names that were asked for and could not be looked up in time.</summary>
    public IReadOnlyCollection<string> Unresolved => [.. wanted.Order(StringComparer.Ordinal)];

    public Sight Readable(string path) => Access(path, Libc.AccessRead);

    public Sight Appendable(string path)
    {
        if (path.Contains('\0'))
        {
            return Sight.Unobserved;
        }

        if (FileCalls.Status(path, follow: true, out var errno) is { } status)
        {
            // open(2): EISDIR for a directory that is opened for writing.
            return status.IsDirectory ? Sight.No("(21: Is a directory)") : Access(path, Libc.AccessWrite);
        }

        if (errno != Errno.NoEntry)
        {
            return Failed(errno);
        }

        // open(2): a name with a slash at its end cannot be made a file.
        return Makeable(path) is var makeable && makeable == Sight.Yes && path.EndsWith('/') ? Sight.No("(21: Is a directory)") : makeable;
    }

    public Sight DirectoryMakeable(string path) => FileCalls.Status(path, follow: true, out var errno) is not null
        ? Sight.Yes
        : errno == Errno.NoEntry ? Makeable(path) : Failed(errno);

    public Sight Bindable(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            return Sight.Unobserved;
        }

        // ip(7): all of 127/8 is this machine's. The kernel's own word about others is asked where nothing is taken: bind(2) to port 0.
        using var socket = new Socket(parsed.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(parsed, 0));
            return Sight.Yes;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return Sight.No($"({Errno.NumberAndWords(failure.NativeErrorCode)})");
        }
        catch (SocketException)
        {
            return Sight.Unobserved;
        }
    }

    public Sight User(string name) => Known(users, name, Libc.UserByName);

    public Sight Group(string name) => Known(groups, name, Libc.GroupByName);

    public HostSight Host(string name)
    {
        if (!resolve)
        {
            return new(Sight.Unobserved, []);
        }

        if (hosts.TryGetValue(name, out var known))
        {
            return known;
        }

        wanted.Add(name);
        return new(Sight.Unobserved, []);
    }

    public Sight Certificate(string path) => PemFiles.Certificate(path);

    public Sight CertificateKey(string path, string? certificatePath) => PemFiles.Key(path, certificatePath);

    /// <summary>Looks up the names that were asked for. False when there were none, or none could be answered: asking again brings nothing new.</summary>
    public async Task<bool> ResolveWantedAsync(CancellationToken cancellation)
    {
        if (wanted.Count == 0)
        {
            return false;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ResolvePatience);
        using var slots = new SemaphoreSlim(ResolversMax);
        await Task.WhenAll(wanted.Select(name => ResolveAsync(name, slots, patience.Token))).ConfigureAwait(false);
        return wanted.RemoveWhere(hosts.ContainsKey) > 0;
    }

    private async Task ResolveAsync(string name, SemaphoreSlim slots, CancellationToken cancellation)
    {
        try
        {
            await slots.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                var addresses = await Dns.GetHostAddressesAsync(name, cancellation).ConfigureAwait(false);
                hosts[name] = new(Sight.Yes, [.. addresses.Select(address => address.ToString())]);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (SocketException)
        {
            // ngx_inet_resolve_host has these words for every failure of getaddrinfo.
            hosts[name] = new(Sight.No("host not found"), []);
        }
        catch (ArgumentException)
        {
            hosts[name] = new(Sight.No("host not found"), []);
        }
        catch (OperationCanceledException)
        {
            // Not in time: it stays unobserved.
        }
    }

    private static Sight Makeable(string path)
    {
        var slash = path.TrimEnd('/').LastIndexOf('/');
        var parent = slash < 0 ? "." : slash == 0 ? "/" : path[..slash];
        return FileCalls.Status(parent, follow: true, out var errno) is not { } status
            ? Failed(errno)
            : status.IsDirectory ? Access(parent, Libc.AccessWrite) : Failed(Errno.NotDirectory);
    }

    private static Sight Access(string path, int mode) =>
        path.Contains('\0') ? Sight.Unobserved
        : Libc.Access(Libc.AtCurrentDirectory, path, mode, Libc.AtEffectiveAccess) == 0 ? Sight.Yes
        : Failed(Marshal.GetLastPInvokeError());

    /// <summary>What we may not do, root may: nginx is started by root as a rule.</summary>
    private static Sight Failed(int errno) => Errno.IsDenied(errno) && Libc.EffectiveUserId() != 0 ? Sight.Unobserved : Sight.No($"({Errno.NumberAndWords(errno)})");

    private static Sight Known(Dictionary<string, Sight> known, string name, Func<string, nint> find)
    {
        if (known.TryGetValue(name, out var sight))
        {
            return sight;
        }

        if (name.Contains('\0'))
        {
            return Sight.Unobserved;
        }

        // getpwnam(3): null without an error number says that there is none; nginx prints the number only when there is one.
        sight = find(name) != 0 ? Sight.Yes : Marshal.GetLastPInvokeError() is var errno and not 0 ? Sight.No($"({Errno.NumberAndWords(errno)})") : Sight.No("");
        known.Add(name, sight);
        return sight;
    }
}
