using System.Text.Json;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// The lists that users have saved (pm2 save) and whose daemon does not run: after a boot without PM2's unit, or when somebody killed it. `pm2 resurrect` starts what is in them.
/// </summary>
internal sealed class Pm2SavedLists(Accounts accounts, Programs programs)
{
    private const int HomesMax = 200;
    private const int ListBytesMax = 16 * 1024 * 1024;

    /// <param name="running">Directories of the daemons that run.</param>
    public IReadOnlyList<Pm2App> Read(IReadOnlyCollection<string> running)
        => [.. accounts.Homes().DistinctBy(account => account.Home).Take(HomesMax).Where(account => account.Home != "/" && !running.Contains(account.Home + "/.pm2")).SelectMany(account => Read(account.Name, account.Id, account.Home + "/.pm2"))];

    /// <summary>A list is its user's own file: what it names is run in his name alone.</summary>
    private IEnumerable<Pm2App> Read(string name, int id, string home)
    {
        var path = home + "/dump.pm2";
        if (FileCalls.Status(path, follow: false, out _) is not { IsRegular: true } status || unchecked((int)status.Uid) != id || FileCalls.Read(path, ListBytesMax) is not { } bytes)
        {
            return [];
        }

        try
        {
            using var list = JsonDocument.Parse(bytes);
            var unit = $"pm2-{name}.service";
            var hasUnit = FileCalls.Status($"/etc/systemd/system/{unit}") is not null;
            var control = hasUnit ? null : Control(name, id, home, Pm2Json.SearchPath(list.RootElement));
            return [.. Pm2Json.Saved(list.RootElement).Select(app => app with { Home = home, Owner = Pm2Reader.Account.IsMatch(name) ? name : null, Unit = hasUnit ? unit : null, Control = control })];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>PM2 and the interpreter as that user finds them, else as everybody does.</summary>
    private IReadOnlyList<string>? Control(string name, int id, string home, IReadOnlyList<string> folders)
    {
        var program = folders.Select(folder => folder + "/pm2").Prepend(programs.Find("pm2")).OfType<string>().Select(Real).FirstOrDefault(path => path?.EndsWith("/bin/pm2", StringComparison.Ordinal) == true);
        var interpreter = folders.Select(folder => folder + "/node").Where(path => FileCalls.Status(path) is { IsRegular: true }).Append(programs.Find("node")).OfType<string>().FirstOrDefault();
        return program is not null && interpreter is not null && Pm2Reader.Plain.IsMatch(program) && Pm2Reader.Plain.IsMatch(interpreter) && Pm2Reader.Plain.IsMatch(home) && Pm2Reader.Account.IsMatch(name)
            ? Pm2Reader.InTheNameOf(id, name, ["env", "PM2_HOME=" + home, interpreter, program], programs) : null;
    }

    /// <summary>npm puts a link into its directory of programs.</summary>
    private static string? Real(string path)
    {
        const int LinksMax = 8;
        for (var links = 0; links < LinksMax; links++)
        {
            if (FileCalls.Status(path, follow: false, out _) is not { } status)
            {
                return null;
            }

            if (!status.IsSymlink)
            {
                return status.IsRegular ? path : null;
            }

            if (FileCalls.ReadLink(path) is not { } target)
            {
                return null;
            }

            path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target));
        }

        return null;
    }
}
