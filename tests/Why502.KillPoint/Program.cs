using System.Globalization;
using System.Text;
using Why502.Diagnosis;
using Why502.Repair;

// apply|fail|undo|recover FOLDER MASTER: repairs the nginx of FOLDER by a plan of several files, a mode and a new file, all of them "old" before and
// "new" after. fail: its proof says that it did not help.
var (act, folder) = (args[0], args[1]);
var store = new RepairStore(Path.Combine(folder, "state"));
var transaction = new Transaction(store, TimeProvider.System, _ => { });
switch (act)
{
    case "apply" or "fail":
        await transaction.ApplyAsync(Plan(folder, int.Parse(args[2], CultureInfo.InvariantCulture)), _ => Task.FromResult(new RepairProof(act == "apply", [])), CancellationToken.None);
        break;
    case "undo":
        await transaction.UndoAsync();
        break;
    default:
        await transaction.RecoverAsync();
        break;
}

static RepairPlan Plan(string folder, int master)
{
    var steps = Directory.EnumerateFiles(Path.Combine(folder, "conf.d"), "*.conf").Order(StringComparer.Ordinal)
        .Select(file => Step(new RepairAction.WriteFile(file, File.ReadAllBytes(file), Encoding.UTF8.GetBytes(File.ReadAllText(file).Replace("old", "new", StringComparison.Ordinal)))) with { IsConfiguration = true })
        .ToList();
    steps.Add(Step(new RepairAction.SetMode(Path.Combine(folder, "app.sock"), 0x180, 0x1B0)));
    steps.Add(Step(new RepairAction.WriteFile(Path.Combine(folder, "app.service.d/why502.conf"), null, "[Service]\n"u8.ToArray()) { MakesDirectory = true }));
    var nginx = new NginxTarget(Path.Combine(folder, "nginx.conf"), folder + "/", "/usr/sbin/nginx", null, master, null, [Path.Combine(folder, "logs/error.log")]);
    return new RepairPlan("response-header-too-big", "a title", "a summary", nginx, steps);
}

static PlannedStep Step(RepairAction action) => new(action, "a step", Disturbance.None, "none", "undo");
