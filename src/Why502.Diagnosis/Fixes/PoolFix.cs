using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Edits of a PHP-FPM pool's file, with values from this machine.</summary>
public static class PoolFix
{
    private const long MiB = 1024 * 1024;

    /// <summary>
    /// More workers, as far as memory allows: what is available, less a tenth of all for everybody else, divided by what the largest worker
    /// holds now. Shared pages are counted for each, so it errs to the safe side. At most twice as many: what more they wait for needs them, too.
    /// </summary>
    public static IEnumerable<FixStep> MoreChildren(PhpFpmPool pool, MemoryUseFact? memory)
    {
        if (pool is not { MaxChildren: > 0 and { } now, MasterPid: not null } || memory is not { Total: > 0, Available: > 0 } || memory.Processes.Count == 0)
        {
            return [];
        }

        var each = memory.Processes.Max(process => process.Resident);
        var spare = memory.Groups.Where(group => group.Max < memory.Total).Select(group => group.Max - group.Current).Append(memory.Available).Min() - (memory.Total / 10);
        var fits = each <= 0 ? 0 : (int)Math.Min(now, spare / each);
        if (fits < 1)
        {
            return [new($"More workers do not fit: the largest one holds {Math.Max(1, each / MiB)} MiB, and {memory.Available / MiB} of {memory.Total / MiB} MiB are available, of which a tenth stays free.")];
        }

        var value = Number(now + fits);
        var why = $"A stop-gap until that is found: pm.max_children {now} + {fits} = {value}. The largest worker holds {Math.Max(1, each / MiB)} MiB; {memory.Available / MiB} MiB are available and {memory.Total / MiB / 10} of them stay free, so {spare / each} more would fit";
        return
        [
            new($"{why}.") { Action = Edit(pool, "pm.max_children", value) },
            Reload(pool),
        ];
    }

    /// <summary>PHP-FPM's own limit was below nginx's: nginx's is the one that a client knows.</summary>
    public static IEnumerable<FixStep> LongerRequests(PhpFpmPool pool, TimeSpan allowed)
    {
        if (pool.RequestTerminateTimeout is not { } now || now == TimeSpan.Zero || now >= allowed || pool.MasterPid is null)
        {
            return [];
        }

        var value = Number((long)Math.Ceiling(allowed.TotalSeconds)) + "s";
        return
        [
            new($"A stop-gap until the route is faster: nginx waits {Words.Seconds(allowed)} for an answer, and the pool ends the worker after {Words.Seconds(now)}. request_terminate_timeout {value} lets nginx's time-out decide; a worker that hangs is then taken for so long.")
            {
                Action = Edit(pool, "request_terminate_timeout", value),
            },
            Reload(pool),
        ];
    }

    /// <summary>One address more, besides those that the pool takes already.</summary>
    public static IEnumerable<FixStep> LetIn(PhpFpmPool pool, string address)
    {
        var value = string.Join(',', [.. pool.AllowedClients ?? [], address]);
        return
        [
            new($"listen.allowed_clients = {value} in {pool.File}: nginx connects from {address}.") { Action = Edit(pool, "listen.allowed_clients", value) },
            Reload(pool),
        ];
    }

    public static FixStep Reload(PhpFpmPool pool)
    {
        const string Text = "PHP-FPM takes it with a reload. Requests under way are ended with it unless process_control_timeout lets them finish.";
        return pool.Unit is { } unit
            ? new(Text, $"systemctl reload {Shell.Quote(unit)}") { Action = new RepairAction.AskUnit(unit, UnitVerb.Reload) }
            : new(Text + $" Its master is {pool.MasterPid}.", pool.MasterPid is { } master ? $"kill -USR2 {Number(master)}" : null);
    }

    /// <summary>Only where PHP-FPM can be told to read it: without a unit both are a person's.</summary>
    private static RepairAction.EditSettings? Edit(PhpFpmPool pool, string key, string value)
        => pool.Unit is null ? null : new(pool.File, [new(pool.Name, key, value, MustBeThere: true)]);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
