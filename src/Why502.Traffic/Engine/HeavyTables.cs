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
    /// <param name="line">A part of a block: 64 bytes in front of it and behind it may be read.</param>
    public unsafe void Count(byte* line, int length, ref Row row, AccessFields fields, TrafficTables tables, RouteCache routes)
    {
        ref AccessRow slices = ref row.Slices;
        int status = row.Status;
        if ((fields & AccessFields.Client) != 0 && slices.Client.Length > 1)
        {
            ulong hash = TextHash.Of(line + slices.Client.Start, slices.Client.Length);
            tables.Clients.Add(hash);
            Note(Clients, Clients.Add(hash, slices.Client.Of(new ReadOnlySpan<byte>(line, length))), status);
        }

        if ((fields & (AccessFields.Host | AccessFields.ServerName)) != 0)
        {
            Slice slice = slices.Host.Length > 1 ? slices.Host : slices.ServerName;
            if (slice.Length > 1)
            {
                Note(Hosts, Hosts.Add(TextHash.Of(line + slice.Start, slice.Length), slice.Of(new ReadOnlySpan<byte>(line, length))), status);
            }
        }

        if ((fields & AccessFields.Request) == 0)
        {
            return;
        }

        if (slices.Method.Length == 0 && slices.Uri.Length == 0 && RequestLine.TrySplit(line + slices.Request.Start, slices.Request.Length, out uint letters, out byte* path, out int pathLength))
        {
            Note(Methods, _methods.Add(Methods, letters), status);
            Path(new ReadOnlySpan<byte>(path, pathLength), TextHash.Of(path, pathLength), status, row.RequestTime, tables, routes);
            return;
        }

        slices.SplitRequest(new ReadOnlySpan<byte>(line, length), out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        if (method.Length > 0)
        {
            Note(Methods, Methods.Add(TextHash.Of(method), method), status);
        }

        if (uri.Length > 0)
        {
            ReadOnlySpan<byte> text = Logs.Routes.PathOf(uri);
            Path(text, TextHash.Of(text), status, row.RequestTime, tables, routes);
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
            row->ClientHash = TextHash.Of(text + row->Client, row->ClientLength);
            Clients.Prefetch(row->ClientHash);
            if (RequestLine.TrySplit(text + row->Request, row->RequestLength, out uint method, out byte* path, out int length))
            {
                _methods.Add(Methods, method);
                row->Path = path;
                row->PathLength = length;
            }
            else
            {
                LookSlowly(text, row);
            }

            row->PathHash = TextHash.Of(row->Path, Math.Max(row->PathLength, 0));
            routes.Prefetch(row->PathHash);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe void LookSlowly(byte* text, UsualRow* row)
    {
        RequestLine.Split(text + row->Request, row->RequestLength, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        if (method.Length > 0)
        {
            Methods.Add(TextHash.Of(method), method);
        }

        ReadOnlySpan<byte> path = Logs.Routes.PathOf(uri);
        row->Path = path.Length == 0 ? text : (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(path));
        row->PathLength = uri.Length == 0 ? -1 : path.Length;
    }

    private unsafe void CountClients(byte* text, UsualRow* rows, int count, DistinctSketch distinct)
    {
        for (UsualRow* row = rows; row < rows + count; row++)
        {
            if (row->ClientLength > 1 && !Clients.TryAdd(row->ClientHash, out _))
            {
                distinct.Add(row->ClientHash);
                Clients.AddBehind(row->ClientHash, new ReadOnlySpan<byte>(text + row->Client, row->ClientLength));
            }

            if (row->HostLength > 1)
            {
                Hosts.Add(TextHash.Of(text + row->Host, row->HostLength), new ReadOnlySpan<byte>(text + row->Host, row->HostLength));
            }
        }
    }

    private unsafe void CountRoutes(UsualRow* rows, int count, DistinctSketch distinct, RouteCache routes)
    {
        QuantileSketch?[] times = Routes.Times;
        UsualRow* pending = rows;
        for (UsualRow* row = rows; row < rows + count; row++)
        {
            row->Route = -1;
            if (row->PathLength < 0)
            {
                continue;
            }

            if (!routes.TryAdd(Routes, row->PathHash, out int route))
            {
                if (Routes.IsFull)
                {
                    // Entries may move: what belongs to them is brought home before.
                    CountRouteTimes(pending, row);
                    pending = row;
                }

                route = routes.AddBehind(Routes, row->PathHash, new ReadOnlySpan<byte>(row->Path, row->PathLength), distinct);
            }

            if (route >= 0 && row->RequestTime >= 0)
            {
                row->Route = Routes.EntryAt(route);
                times[row->Route]!.Prefetch();
            }
        }

        CountRouteTimes(pending, rows + count);
    }

    /// <summary>Adds the times of rows to their routes' quantiles. Those are rarely near: their memory is asked for in a pass of its own.</summary>
    private unsafe void CountRouteTimes(UsualRow* rows, UsualRow* behind)
    {
        QuantileSketch?[] times = Routes.Times;
        for (UsualRow* row = rows; row < behind; row++)
        {
            if (row->Route >= 0)
            {
                times[row->Route]!.Prefetch((uint)row->RequestTime);
            }
        }

        for (UsualRow* row = rows; row < behind; row++)
        {
            if (row->Route >= 0)
            {
                times[row->Route]!.Add((uint)row->RequestTime);
            }
        }
    }

    private void Path(ReadOnlySpan<byte> path, ulong hash, int status, int requestTime, TrafficTables tables, RouteCache routes)
    {
        int route = routes.Add(Routes, hash, path, tables.Paths);
        Note(Routes, route, status);
        if (route >= 0 && requestTime >= 0)
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
        if (status < 499 || place < 0)
        {
            return;
        }

        table.Note(place, failed: status is >= 500 and < 600, abandoned: status == 499);
    }
}
