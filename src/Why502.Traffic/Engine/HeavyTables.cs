using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>
/// Routes, clients, hosts and methods: values that a stranger chooses, so their number has no bound and the frequent ones are kept.
/// One is filled for each stretch of a log and merged in the log's order, so the result does not depend on who read which stretch.
/// </summary>
internal sealed class HeavyTables
{
    public const int RoutesMax = 2048;
    public const int ClientsMax = 4096;
    public const int HostsMax = 256;
    public const int MethodsMax = 32;
    private const int ClientBytesMax = 48;
    private const int HostBytesMax = 96;
    private const int MethodBytesMax = 16;

    private readonly MethodCache _methods = new();

    public HeavyHitters Routes { get; } = new(RoutesMax, Logs.Routes.BytesMax, timed: true);

    public HeavyHitters Clients { get; } = new(ClientsMax, ClientBytesMax);

    public HeavyHitters Hosts { get; } = new(HostsMax, HostBytesMax);

    public HeavyHitters Methods { get; } = new(MethodsMax, MethodBytesMax);

    /// <summary>Counts one row.</summary>
    public unsafe void Count(byte* line, int length, ref Row row, AccessFields fields, TrafficTables tables, RouteCache routes)
    {
        ref AccessRow slices = ref row.Slices;
        int status = row.Status;
        if ((fields & AccessFields.Client) != 0 && slices.Client.Length > 1)
        {
            Client(new(line + slices.Client.Start, slices.Client.Length), status, tables);
        }

        if ((fields & (AccessFields.Host | AccessFields.ServerName)) != 0)
        {
            Slice slice = slices.Host.Length > 1 ? slices.Host : slices.ServerName;
            if (slice.Length > 1)
            {
                ReadOnlySpan<byte> host = new(line + slice.Start, slice.Length);
                Note(Hosts, Hosts.Add(TextHash.Of(host), host), status);
            }
        }

        if ((fields & AccessFields.Request) != 0)
        {
            RequestLine.Split(line, length, row.Slices, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
            Request(method, uri, status, row.RequestTime, tables, routes);
        }
    }

    /// <summary>
    /// Counts rows of the usual form, in order. First the memory that they will need is asked for: clients and paths are many, so it is rarely near.
    /// </summary>
    public unsafe void Count(byte* text, UsualRow* rows, int count, TrafficTables tables, RouteCache routes)
    {
        Look(text, rows, count, routes);
        CountClients(text, rows, count, tables.Clients);
        CountRoutes(rows, count, tables.Paths, routes);
    }

    private unsafe void Look(byte* text, UsualRow* rows, int count, RouteCache routes)
    {
        for (UsualRow* row = rows; row < rows + count; row++)
        {
            row->ClientHash = TextHash.Of(new ReadOnlySpan<byte>(text + row->Client, row->ClientLength));
            Clients.Prefetch(row->ClientHash);
            RequestLine.Split(text + row->Request, row->RequestLength, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
            if (method.Length > 0)
            {
                _methods.Add(Methods, method);
            }

            ReadOnlySpan<byte> path = RequestLine.PathOf(uri);
            row->Path = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(path));
            row->PathLength = uri.Length == 0 ? -1 : path.Length;
            row->PathHash = TextHash.Of(path);
            routes.Prefetch(row->PathHash);
        }
    }

    private unsafe void CountClients(byte* text, UsualRow* rows, int count, DistinctSketch distinct)
    {
        for (UsualRow* row = rows; row < rows + count; row++)
        {
            if (row->ClientLength > 1)
            {
                distinct.Add(row->ClientHash);
                Clients.Add(row->ClientHash, new ReadOnlySpan<byte>(text + row->Client, row->ClientLength));
            }

            if (row->HostLength > 1)
            {
                ReadOnlySpan<byte> host = new(text + row->Host, row->HostLength);
                Hosts.Add(TextHash.Of(host), host);
            }
        }
    }

    private unsafe void CountRoutes(UsualRow* rows, int count, DistinctSketch distinct, RouteCache routes)
    {
        bool isSettled = Routes.Count <= RoutesMax - count;
        for (UsualRow* row = rows; row < rows + count; row++)
        {
            row->Route = -1;
            if (row->PathLength >= 0)
            {
                distinct.Add(row->PathHash);
                int route = routes.Add(Routes, row->PathHash, new ReadOnlySpan<byte>(row->Path, row->PathLength));
                if (row->RequestTime < 0)
                {
                    continue;
                }

                if (isSettled)
                {
                    row->Route = Routes.PrefetchTimes(route);
                }
                else
                {
                    Routes.TimesAt(route).Add((uint)row->RequestTime);
                }
            }
        }

        if (isSettled)
        {
            CountRouteTimes(rows, count);
        }
    }

    /// <summary>Adds the times of rows whose routes keep their places meanwhile. A sketch is rarely near: its memory is asked for in a pass of its own.</summary>
    private unsafe void CountRouteTimes(UsualRow* rows, int count)
    {
        for (UsualRow* row = rows; row < rows + count; row++)
        {
            if (row->Route >= 0)
            {
                Routes.TimesOf(row->Route).Prefetch((uint)row->RequestTime);
            }
        }

        for (UsualRow* row = rows; row < rows + count; row++)
        {
            if (row->Route >= 0)
            {
                Routes.TimesOf(row->Route).Add((uint)row->RequestTime);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Client(ReadOnlySpan<byte> client, int status, TrafficTables tables)
    {
        ulong hash = TextHash.Of(client);
        tables.Clients.Add(hash);
        Note(Clients, Clients.Add(hash, client), status);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Request(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri, int status, int requestTime, TrafficTables tables, RouteCache routes)
    {
        if (method.Length > 0)
        {
            Note(Methods, _methods.Add(Methods, method), status);
        }

        if (uri.Length == 0)
        {
            return;
        }

        ReadOnlySpan<byte> path = Logs.Routes.PathOf(uri);
        ulong hash = TextHash.Of(path);
        tables.Paths.Add(hash);
        int route = routes.Add(Routes, hash, path);
        Note(Routes, route, status);
        if (requestTime >= 0)
        {
            Routes.TimesAt(route).Add((uint)requestTime);
        }
    }

    public void Merge(HeavyTables other)
    {
        Routes.Merge(other.Routes);
        Clients.Merge(other.Clients);
        Hosts.Merge(other.Hosts);
        Methods.Merge(other.Methods);
    }

    public void Clear()
    {
        Routes.Clear();
        Clients.Clear();
        Hosts.Clear();
        Methods.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Note(HeavyHitters table, int place, int status)
    {
        if (status < 499)
        {
            return;
        }

        table.Note(place, failed: status is >= 500 and < 600, abandoned: status == 499);
    }
}
