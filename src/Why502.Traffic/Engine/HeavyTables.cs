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
            Path(path, pathLength, status, row.RequestTime, tables, routes);
            return;
        }

        slices.SplitRequest(new ReadOnlySpan<byte>(line, length), out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        if (method.Length > 0)
        {
            Note(Methods, AddMethod(method), status);
        }

        if (uri.Length > 0)
        {
            ReadOnlySpan<byte> target = Logs.Routes.PathOf(uri);
            Path(line + Offset(target, line), target.Length, status, row.RequestTime, tables, routes);
        }
    }

    /// <summary>Looks for what rows of the usual form will be counted by, and asks for the memory that this will need: clients and paths are many, so it is rarely near.</summary>
    public unsafe void LookFor(byte* text, RowBatch batch, RouteCache routes)
    {
        LookForClients(text, batch);
        LookForPaths(text, batch, routes);
        routes.PrefetchRoutes(Routes, batch.PathHash, batch.Count);
    }

    /// <summary>Counts rows that were looked for, in order.</summary>
    public unsafe void Count(byte* text, RowBatch batch, int from, int to, TrafficTables tables, RouteCache routes)
    {
        if (from == to)
        {
            return;
        }

        CountMethods(text, batch, from, to);
        CountClients(text, batch, from, to, tables.Clients);
        CountHosts(text, batch, from, to);
        CountRoutes(text, batch, from, to, tables.Paths, routes);
    }

    private unsafe void LookForClients(byte* text, RowBatch batch)
    {
        ulong* hashes = batch.ClientHash;
        int* behind = batch.Cells + batch.Count;
        for (int* row = batch.Cells; row < behind; row++, hashes++)
        {
            *hashes = TextHash.Of(text + row[RowBatch.Client], row[RowBatch.ClientLength]);
        }

        Clients.Prefetch(batch.ClientHash, batch.Count);
    }

    private static unsafe void LookForPaths(byte* text, RowBatch batch, RouteCache routes)
    {
        ulong* hashes = batch.PathHash;
        int* behind = batch.Cells + batch.Count;
        for (int* row = batch.Cells; row < behind; row++, hashes++)
        {
            if (RequestLine.TrySplit(text + row[RowBatch.Request], row[RowBatch.RequestLength], out uint method, out byte* path, out int length))
            {
                row[RowBatch.Method] = (int)method;
                row[RowBatch.Path] = (int)(path - text);
                row[RowBatch.PathLength] = length;
            }
            else
            {
                LookSlowly(text, row);
            }

            *hashes = TextHash.Of(text + row[RowBatch.Path], Math.Max(row[RowBatch.PathLength], 0));
            routes.Prefetch(*hashes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void LookSlowly(byte* text, int* row)
    {
        RequestLine.Split(text + row[RowBatch.Request], row[RowBatch.RequestLength], out _, out ReadOnlySpan<byte> uri);
        ReadOnlySpan<byte> target = Logs.Routes.PathOf(uri);
        row[RowBatch.Method] = RowBatch.NoMethod;
        row[RowBatch.Path] = Offset(target, text);
        row[RowBatch.PathLength] = uri.Length == 0 ? -1 : target.Length;
    }

    private unsafe void CountMethods(byte* text, RowBatch batch, int from, int to)
    {
        int* methods = batch.Cells + RowBatch.Method;
        for (int i = _methods.AddKnown(methods, from, to); i < to; i = _methods.AddKnown(methods, i + 1, to))
        {
            if (methods[i] == RowBatch.NoMethod)
            {
                AddMethodSlowly(text, batch.Cells + i);
            }
            else
            {
                _methods.Add(Methods, (uint)methods[i]);
            }
        }
    }

    private unsafe void AddMethodSlowly(byte* text, int* row)
    {
        RequestLine.Split(text + row[RowBatch.Request], row[RowBatch.RequestLength], out ReadOnlySpan<byte> method, out _);
        if (method.Length > 0)
        {
            AddMethod(method);
        }
    }

    private int AddMethod(ReadOnlySpan<byte> method)
    {
        ulong hash = TextHash.Of(method);
        if (Methods.TryAddAnywhere(hash, out int entry))
        {
            return entry;
        }

        if (Methods.IsFull)
        {
            _methods.Bring(Methods);
        }

        return Methods.Take(hash, method);
    }

    /// <summary>Where a part of a block begins in it.</summary>
    private static unsafe int Offset(ReadOnlySpan<byte> part, byte* text) => part.Length == 0 ? 0 : (int)((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(part)) - text);

    /// <summary>
    /// Counts the clients that are found at once together, and then the others, with the same result as one after the other: only where entries move does it matter in which order rows came.
    /// </summary>
    private unsafe void CountClients(byte* text, RowBatch batch, int from, int to, DistinctSketch distinct)
    {
        int* others = stackalloc int[RowBatch.RowsMax];
        ulong* hashes = batch.ClientHash + from;
        int count = Clients.AddFound(hashes, to - from, others);
        for (int i = 0; i < count; i++)
        {
            ulong hash = hashes[others[i]];
            int* row = batch.Cells + from + others[i];
            if (row[RowBatch.ClientLength] <= 1)
            {
                continue;
            }

            distinct.Add(hash);
            if (Clients.TryAddAnywhere(hash, out _))
            {
                continue;
            }

            ReadOnlySpan<byte> client = new(text + row[RowBatch.Client], row[RowBatch.ClientLength]);
            if (!Clients.IsFull)
            {
                Clients.Take(hash, client);
                continue;
            }

            Clients.TakeBackFound(hashes, others, i, count, to - from);
            Clients.Take(hash, client);
            CountClientsInTurn(text, batch, from + others[i] + 1, to, distinct);
            return;
        }
    }

    private unsafe void CountClientsInTurn(byte* text, RowBatch batch, int from, int to, DistinctSketch distinct)
    {
        for (int i = from; i < to; i++)
        {
            int* row = batch.Cells + i;
            ulong hash = batch.ClientHash[i];
            if (row[RowBatch.ClientLength] > 1 && !Clients.TryAdd(hash, out _))
            {
                distinct.Add(hash);
                Clients.AddBehind(hash, new ReadOnlySpan<byte>(text + row[RowBatch.Client], row[RowBatch.ClientLength]));
            }
        }
    }

    private unsafe void CountHosts(byte* text, RowBatch batch, int from, int to)
    {
        for (int* row = batch.Cells + from; row < batch.Cells + to; row++)
        {
            if (row[RowBatch.HostLength] > 1)
            {
                byte* host = text + row[RowBatch.Host];
                Hosts.Add(TextHash.Of(host, row[RowBatch.HostLength]), new ReadOnlySpan<byte>(host, row[RowBatch.HostLength]));
            }
        }
    }

    private unsafe void CountRoutes(byte* text, RowBatch batch, int from, int to, DistinctSketch distinct, RouteCache routes)
    {
        Routes.ReserveTimes(to - from);
        for (int i = from; i < to; i++)
        {
            int* row = batch.Cells + i;
            if (row[RowBatch.PathLength] < 0)
            {
                continue;
            }

            int entry = routes.Add(Routes, batch.PathHash[i], text + row[RowBatch.Path], row[RowBatch.PathLength], distinct);
            if (entry >= 0 && row[RowBatch.RequestTime] >= 0)
            {
                Routes.AddTime(entry, row[RowBatch.RequestTime]);
            }
        }
    }

    private unsafe void Path(byte* path, int length, int status, int requestTime, TrafficTables tables, RouteCache routes)
    {
        int entry = routes.Add(Routes, TextHash.Of(path, length), path, length, tables.Paths);
        Note(Routes, entry, status);
        if (entry >= 0 && requestTime >= 0)
        {
            Routes.AddAnyTime(entry, requestTime);
        }
    }

    /// <summary>Brings home what was counted in short ways.</summary>
    public void Settle(RouteCache routes)
    {
        _methods.Bring(Methods);
        routes.Bring(Routes);
        Routes.SortTimes();
    }

    /// <summary>For a time in which nothing is added.</summary>
    public void Pack() => Routes.Pack();

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
    private static void Note(HeavyHitters table, int entry, int status)
    {
        if (status < 499 || entry < 0)
        {
            return;
        }

        table.Note(entry, failed: status is >= 500 and < 600, abandoned: status == 499);
    }
}
