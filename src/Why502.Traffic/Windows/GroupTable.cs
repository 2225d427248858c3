using Why502.Logs;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Windows;

/// <summary>
/// Rows that agree in method, route, host, status, last upstream and origin, in bounded room. Strangers choose paths: when there are many, the rows of further ones
/// are counted without their route.
/// </summary>
internal sealed unsafe class GroupTable(AccessLogFormat format, string path, int groupsMax) : IRowTable
{
    /// <summary>Groups of paths that came lately, so that most rows need no folding; it changes nothing but speed.</summary>
    private const int RecentMax = 4096;

    private readonly Dictionary<UInt128, GroupCounter> _groups = [];
    private readonly (UInt128 Print, GroupCounter? Group)[] _recent = new (UInt128, GroupCounter?)[RecentMax];
    private readonly byte[] _route = new byte[Routes.BytesMax];

    private readonly record struct Place(StatusOrigin Origin, UInt128 Coarse);

    /// <summary>Number of the line in front of the stretch; null where it is not known.</summary>
    public int? LinesBefore { get; set; }

    /// <summary>Rows for which no group was left.</summary>
    public long Dropped { get; private set; }

    public RetryTable Retries { get; } = new();

    public IReadOnlyList<AccessGroup> All =>
        [.. _groups.Values.OrderByDescending(group => group.Count).ThenBy(group => group.Form.Route, StringComparer.Ordinal).ThenBy(group => group.Form.Status).Select(group => group.Finish())];

    public void Count(byte* line, int length, ref Row row, long number)
    {
        ReadOnlySpan<byte> text = new(line, length);
        ref AccessRow slices = ref row.Slices;
        slices.SplitRequest(new ReadOnlySpan<byte>(line, length), out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        if (Find(text, row, method, uri) is { } group)
        {
            Add(group, text, row, number);
        }
        else
        {
            Dropped++;
        }

        ReadOnlySpan<byte> addresses = slices.UpstreamAddr.Of(text);
        if (row is { Status: < 500, Upstream: < 0 } && addresses.IndexOf((byte)' ') >= 0)
        {
            Retries.Add(addresses, slices.UpstreamStatus.Of(text), row, Fold(uri));
        }
    }

    /// <summary>A line of the log, for people to read.</summary>
    public LogLine LineOf(ReadOnlySpan<byte> text, long number, DateTime? time) => new(path, LinesBefore is { } before ? (int)(before + number) : null, time, ReportBuilder.Clean(text));

    private ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> uri) => _route.AsSpan(0, Routes.Fold(uri, _route));

    private GroupCounter? Find(ReadOnlySpan<byte> line, in Row row, ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        Place place = PlaceOf(line, row);
        UInt128 exact = Key(place, method, Routes.PathOf(uri), row.Slices.Host.Of(line));
        ref (UInt128 Print, GroupCounter? Group) recent = ref _recent[(int)(ulong)exact & (RecentMax - 1)];
        if (recent.Group is null || recent.Print != exact)
        {
            GroupCounter? found = FindRoute(line, row, place, method, uri);
            if (found is null)
            {
                return null;
            }

            recent = (exact, found);
        }

        return recent.Group;
    }

    private GroupCounter? FindRoute(ReadOnlySpan<byte> line, in Row row, Place place, ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        ReadOnlySpan<byte> route = Fold(uri);
        UInt128 key = Key(place, method, route, row.Slices.Host.Of(line));
        if (_groups.TryGetValue(key, out GroupCounter? group))
        {
            return group;
        }

        // Errors may use all the room, successes half of it: a scan of a million URLs must not push the one 502 out.
        bool coarse = _groups.Count >= (row.Status >= 500 ? groupsMax * 3 / 4 : groupsMax / 2);
        key = coarse ? place.Coarse : key;
        if (!_groups.TryGetValue(key, out group) && _groups.Count < groupsMax)
        {
            _groups[key] = group = new GroupCounter(FormOf(line, row, place.Origin, method, route, uri, coarse));
        }

        return group;
    }

    private Place PlaceOf(ReadOnlySpan<byte> line, in Row row)
    {
        StatusOrigin origin = StatusOrigins.Of(line, row.Slices, format.Fields);
        Fingerprint print = Fingerprint.New();
        print.AddNumber((ulong)row.Status);
        print.AddNumber((ulong)origin);
        print.AddNumber(TextHash.Of(row.Slices.ServerName.Of(line)));
        print.AddNumber(TextHash.Of(UpstreamList.Last(row.Slices.UpstreamAddr.Of(line))));
        print.AddNumber(TextHash.Of(row.Slices.UpstreamStatus.Of(line)));
        return new Place(origin, print.Value);
    }

    private static UInt128 Key(Place place, ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, ReadOnlySpan<byte> host)
    {
        Fingerprint print = Fingerprint.New();
        print.AddNumber((ulong)place.Coarse);
        print.AddNumber((ulong)(place.Coarse >> 64));
        print.AddNumber(TextHash.Of(method));
        print.AddNumber(TextHash.Of(path));
        print.AddNumber(TextHash.Of(host));
        return print.Value;
    }

    private void Add(GroupCounter group, ReadOnlySpan<byte> line, in Row row, long number)
    {
        group.Count++;
        bool dated = row.Minute != Row.NoMinute;
        if (dated)
        {
            group.At(row.UnixTime);
        }

        if (row.Slices.Client.Present)
        {
            group.AddClient(row.Slices.Client.Of(line));
        }

        group.AddTimes(row.RequestTime, row.Slices.UpstreamResponseTime.Of(line), row.Slices.UpstreamHeaderTime.Of(line), row.Slices.UpstreamConnectTime.Of(line));
        if (row.Status is < 100 or >= 400 && group.WantsSample)
        {
            group.AddSample(LineOf(line, number, dated ? DateTimeOffset.FromUnixTimeSeconds(row.UnixTime).UtcDateTime : null));
        }
    }

    private static AccessGroup FormOf(ReadOnlySpan<byte> line, in Row row, StatusOrigin origin, ReadOnlySpan<byte> method, ReadOnlySpan<byte> route, ReadOnlySpan<byte> uri, bool coarse) => new()
    {
        Method = coarse ? null : Clean(method),
        Route = coarse ? null : Clean(route),
        Path = coarse ? null : Clean(Routes.PathOf(uri)),
        Host = coarse ? null : Clean(AccessRow.Plain(row.Slices.Host.Of(line))),
        ServerName = Clean(AccessRow.Plain(row.Slices.ServerName.Of(line))),
        Status = row.Status,
        UpstreamAddr = Clean(AccessRow.Plain(UpstreamList.Last(row.Slices.UpstreamAddr.Of(line)))),
        UpstreamStatuses = UpstreamList.Statuses(row.Slices.UpstreamStatus.Of(line)),
        Origin = origin,
    };

    private static string? Clean(ReadOnlySpan<byte> text) => text.Length == 0 ? null : ReportBuilder.Clean(text);
}
