using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Why502.Logs;

namespace Why502.Traffic.Engine;

internal sealed partial class TrafficTables
{
    /// <summary>Counts one row.</summary>
    public unsafe void Count(byte* line, int length, ref Row row, AccessFields fields)
    {
        int status = row.Status;
        Status[status]++;
        if (row.Minute != Row.NoMinute)
        {
            CountMinute(ref row, status);
        }

        if (row.RequestTime >= 0)
        {
            RequestTime.Add((uint)row.RequestTime);
        }

        StatusOrigin origin = StatusOrigin.Unknown;
        if (status >= 499)
        {
            origin = Origin(new ReadOnlySpan<byte>(line, length), row, status, fields);
            Origins[(int)origin] += status < 600 ? 1 : 0;
        }

        Slice address = row.Slices.UpstreamAddr;
        if (address.Length > 1 && (fields & AccessFields.UpstreamAddr) != 0)
        {
            int known = row.Upstream >= 0 ? row.Upstream : Upstreams.Find(line + address.Start, address.Length);
            if (known >= 0)
            {
                CountSingle(line, Upstreams.All[known], ref row, status, origin, fields);
            }
            else
            {
                CountList(new ReadOnlySpan<byte>(line, length), ref row, status, origin, fields);
            }
        }
        else if ((fields & AccessFields.UpstreamAddr) == 0 && (status >= 499 || row.RequestTime is < 0 or >= SlowTimes.FromMilliseconds))
        {
            CountSlow(new ReadOnlySpan<byte>(line, length), ref row, status);
        }
    }

    /// <summary>A row of a log that names no upstream: the request's time stands for the attempt's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountSlow(ReadOnlySpan<byte> line, ref Row row, int status)
    {
        int time = row.RequestTime >= 0 ? row.RequestTime : Digits.AnyMilliseconds(UpstreamList.Last(row.Slices.UpstreamResponseTime.Of(line)));
        CountSlow(time, status);
        if (status == 499 && time >= 0)
        {
            CountAbandoned(time);
        }
    }

    /// <summary>Counts rows of the usual form, not those that are set aside.</summary>
    public unsafe void Count(RowBatch batch, AccessFields fields)
    {
        int count = batch.Count;
        int* cells = batch.Cells;
        int shown = batch.HideAside();
        if (shown < 0)
        {
            return;
        }

        int time = CountMinute(batch, shown);
        RequestTime.Add(cells + RowBatch.RequestTime, count);
        for (int i = 0; time >= SlowTimes.FromMilliseconds && (fields & AccessFields.UpstreamAddr) == 0 && i < count; i++)
        {
            CountSlow(cells[RowBatch.RequestTime + i], cells[RowBatch.Status + i]);
        }

        ReadOnlySpan<UpstreamCounter> upstreams = CollectionsMarshal.AsSpan(Upstreams.All);
        int* asked = cells + RowBatch.Asked;
        for (int i = 0; i < batch.AskedCount; i++)
        {
            CountUpstream(upstreams[cells[RowBatch.Upstream + asked[i]]], cells + asked[i], batch.Minute);
        }

        for (int i = 0; batch.HasParts && i < batch.AskedCount; i++)
        {
            CountParts(upstreams[cells[RowBatch.Upstream + asked[i]]], cells + asked[i]);
        }
    }

    /// <param name="shown">The row that those which are set aside look like.</param>
    /// <returns>The sum of the request times.</returns>
    private unsafe int CountMinute(RowBatch batch, int shown)
    {
        int cell = Minutes.Row(batch.Minute);
        ref long minute = ref Minutes.Cells[cell];
        ref long status = ref MemoryMarshal.GetArrayDataReference(Status);
        ref byte columns = ref MemoryMarshal.GetArrayDataReference(_columns);
        int* behind = batch.Cells + batch.Count;
        for (int* row = batch.Cells; row < behind; row++)
        {
            Unsafe.Add(ref status, row[RowBatch.Status])++;
            Unsafe.Add(ref minute, Unsafe.Add(ref columns, row[RowBatch.Status]))++;
        }

        int like = batch.Cells[RowBatch.Status + shown];
        Unsafe.Add(ref status, like) -= batch.AsideCount;
        Unsafe.Add(ref minute, Unsafe.Add(ref columns, like)) -= batch.AsideCount;
        batch.Sum(out int early, out int late, out int timed, out int time);
        minute += batch.Count - batch.AsideCount;
        Unsafe.Add(ref minute, MinuteColumn.Timed) += timed;
        Unsafe.Add(ref minute, MinuteColumn.TimeSum) += time;
        From = Math.Min(From, batch.Minute * 60 + early);
        To = Math.Max(To, batch.Minute * 60 + late);
        _minute = Row.NoMinute;
        return time;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void CountUpstream(UpstreamCounter upstream, int* row, long minute)
    {
        upstream.CountUsual(row[RowBatch.Status], minute);
        if (row[RowBatch.ResponseTime] >= 0)
        {
            CountTime(upstream, row[RowBatch.ResponseTime], row[RowBatch.Status], failed: false);
        }

    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void CountParts(UpstreamCounter upstream, int* row)
    {
        if (row[RowBatch.HeaderTime] >= 0)
        {
            upstream.Header.Add((uint)row[RowBatch.HeaderTime]);
        }

        if (row[RowBatch.ConnectTime] >= 0)
        {
            upstream.Connect.Add((uint)row[RowBatch.ConnectTime]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountMinute(ref Row row, int status)
    {
        long time = row.UnixTime;
        From = Math.Min(From, time);
        To = Math.Max(To, time);
        if (row.Minute != _minute)
        {
            _minuteRow = Minutes.Row(row.Minute);
            _minute = row.Minute;
        }

        Span<long> cells = Minutes.Cells.AsSpan(_minuteRow, MinuteColumn.Columns);
        cells[MinuteColumn.Rows]++;
        cells[_columns[status]]++;
        if (status is >= 502 and <= 504)
        {
            cells[MinuteColumn.BadGateway + status - 502]++;
        }

        if (row.RequestTime >= 0)
        {
            cells[MinuteColumn.Timed]++;
            cells[MinuteColumn.TimeSum] += row.RequestTime;
        }
    }

    /// <summary>One attempt, on a node that is known: nearly every row. A list is never known as a node, so no joint needs to be looked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void CountSingle(byte* line, UpstreamCounter counter, ref Row row, int status, StatusOrigin origin, AccessFields fields)
    {
        ref AccessRow slices = ref row.Slices;
        int attempt = row.Attempt >= 0 ? row.Attempt : (fields & AccessFields.UpstreamStatus) != 0 ? Attempt(line, slices.UpstreamStatus) : status == 499 ? 0 : status;
        int response = row.ResponseTime > -2 ? row.ResponseTime : Time(line, slices.UpstreamResponseTime);
        bool failed = HasFailed(attempt, status, isLast: true);
        counter.Attempts++;
        counter.Attempted.Add(attempt);
        if (response >= 0)
        {
            CountTime(counter, response, attempt == 0 ? status : attempt, failed);
        }

        if (slices.UpstreamHeaderTime.Length > 0 && Time(line, slices.UpstreamHeaderTime) is >= 0 and int header)
        {
            counter.Header.Add((uint)header);
        }

        if (slices.UpstreamConnectTime.Length > 0 && Time(line, slices.UpstreamConnectTime) is >= 0 and int connect)
        {
            counter.Connect.Add((uint)connect);
        }

        counter.Count(row.Minute, failed);
        if (failed)
        {
            counter.Explain(fields, Time(line, slices.UpstreamConnectTime), Time(line, slices.UpstreamHeaderTime));
        }

        End(counter, status, origin, attempt, response, row.RequestTime);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe void CountList(ReadOnlySpan<byte> line, ref Row row, int status, StatusOrigin origin, AccessFields fields)
    {
        ref AccessRow slices = ref row.Slices;
        ReadOnlySpan<byte> addresses = slices.UpstreamAddr.Of(line);
        ReadOnlySpan<byte> statuses = slices.UpstreamStatus.Of(line);
        ReadOnlySpan<byte> responses = slices.UpstreamResponseTime.Of(line);
        ReadOnlySpan<byte> headers = slices.UpstreamHeaderTime.Of(line);
        ReadOnlySpan<byte> connects = slices.UpstreamConnectTime.Of(line);
        UpstreamCounter? before = null;
        int attempts = 0;
        bool hidden = false;
        while (UpstreamList.Next(ref addresses, out ReadOnlySpan<byte> address))
        {
            bool isLast = addresses.Length == 0;
            UpstreamList.Next(ref statuses, out ReadOnlySpan<byte> attemptText);
            UpstreamList.Next(ref responses, out ReadOnlySpan<byte> responseText);
            UpstreamList.Next(ref headers, out ReadOnlySpan<byte> headerText);
            UpstreamList.Next(ref connects, out ReadOnlySpan<byte> connectText);
            int attempt = isLast && (fields & AccessFields.UpstreamStatus) == 0 && status != 499 ? status : Attempt(attemptText);
            int response = Digits.AnyMilliseconds(responseText);
            bool failed = HasFailed(attempt, status, isLast);
            UpstreamCounter counter = Upstreams.Get(address);
            attempts++;
            counter.Attempts++;
            counter.Attempted.Add(attempt);
            counter.Count(row.Minute, failed);
            if (response >= 0)
            {
                CountTime(counter, response, attempt == 0 && isLast ? status : attempt, failed);
            }

            Add(counter.Header, headerText);
            Add(counter.Connect, connectText);
            if (failed)
            {
                counter.Explain(fields, Digits.AnyMilliseconds(connectText), Digits.AnyMilliseconds(headerText));
            }

            if (failed && !isLast && status < 500)
            {
                counter.Hidden++;
                hidden = true;
            }

            if (before is not null)
            {
                Upstreams.Pair(before, counter);
            }

            before = counter;
            if (isLast)
            {
                End(counter, status, origin, attempt, response, row.RequestTime);
            }
        }

        Retried += attempts > 1 ? 1 : 0;
        RetriesHidden += hidden ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void End(UpstreamCounter counter, int status, StatusOrigin origin, int attempt, int response, int request)
    {
        counter.Final++;
        counter.Ended.Add(status);
        if (status >= 499)
        {
            EndBadly(counter, status, origin, attempt, response, request);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndBadly(UpstreamCounter counter, int status, StatusOrigin origin, int attempt, int response, int request)
    {
        if (status < 600)
        {
            counter.Origins[(int)origin]++;
        }

        // The client left before a header came: $upstream_status is a dash then, or nginx's own 499.
        int waited = request >= 0 ? request : response;
        if (status == 499 && attempt is 0 or 499 && waited >= 0)
        {
            CountAbandoned(waited);
        }
    }

    private void CountAbandoned(int waited)
    {
        AbandonedWaiting.Add((uint)waited);
        AbandonedLong += waited >= LongWaitMilliseconds ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountTime(UpstreamCounter counter, int response, int status, bool failed)
    {
        counter.Response.Add((uint)response);
        if (failed)
        {
            counter.Failures.Add((uint)response);
        }

        CountSlow(response, status);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountSlow(int time, int status)
    {
        if (time < SlowTimes.FromMilliseconds)
        {
            return;
        }

        if (status == 504)
        {
            TimedOut.Add(time);
        }
        else if (status is > 0 and < 499)
        {
            Answered.Add(time);
        }
    }

    /// <summary>A dash failed when it is why the request failed; before a 499 it was only not finished.</summary>
    private static bool HasFailed(int attempt, int status, bool isLast) => attempt is >= 500 and < 600 || (attempt == 0 && isLast && status is >= 500 and < 600);

    private static StatusOrigin Origin(ReadOnlySpan<byte> line, in Row row, int status, AccessFields fields) => status >= 600 ? StatusOrigin.Unknown : StatusOrigins.Of(line, row.Slices, fields);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int Attempt(byte* line, Slice slice) => slice.Length == 3 ? Math.Max(Digits.Three(line + slice.Start), 0) : 0;

    private static int Attempt(ReadOnlySpan<byte> text)
    {
        if (text is [>= (byte)'0' and <= (byte)'9' and var hundreds, >= (byte)'0' and <= (byte)'9' and var tens, >= (byte)'0' and <= (byte)'9' and var ones])
        {
            return hundreds * 100 + tens * 10 + ones - '0' * 111;
        }

        return UpstreamList.Number(text) is >= 0 and < 1000 and double number ? (int)number : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int Time(byte* line, Slice slice) => slice.Length > 1 ? Digits.Milliseconds(line + slice.Start, slice.Length) : -1;

    private static void Add(Sketches.QuantileSketch sketch, ReadOnlySpan<byte> text)
    {
        if (Digits.AnyMilliseconds(text) is >= 0 and int time)
        {
            sketch.Add((uint)time);
        }
    }
}
