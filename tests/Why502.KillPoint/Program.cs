using System.Globalization;
using System.Text;
using Why502.Diagnosis;
using Why502.Repair;

// apply|fail|undo|recover FOLDER MASTER [FROM TO]: repairs the nginx of FOLDER by a plan of several files, in which FROM ("old") becomes TO ("new"), a mode
// and a new file. fail: its proof says that it did not help. What came of it is printed.
var (act, folder) = (args[0], args[1]);
var (from, to) = args is [_, _, _, var before, var after] ? (before, after) : ("old", "new");
var transaction = new Transaction(new RepairStore(Path.Combine(folder, "state")), TimeProvider.System, _ => { });
try
{
    IReadOnlyList<RepairOutcome> outcomes = act switch
    {
        "apply" or "fail" => [await transaction.ApplyAsync(Plan(), _ => Task.FromResult(new RepairProof(act == "apply", [])), CancellationToken.None)],
        "undo" => [await transaction.UndoAsync()],
        _ => await transaction.RecoverAsync(),
    };
    foreach (var outcome in outcomes)
    {
        Console.WriteLine(outcome.Stuck.Count > 0 ? $"stuck: {outcome.Stuck[0]}" : outcome.Done ? "done" : outcome.TakenBack ? $"taken back: {outcome.Problem}" : outcome.Problem);
    }
}
catch (StepFailedException refusal)
{
    Console.WriteLine($"refused: {refusal.Message}");
}

RepairPlan Plan()
{
    var steps = Directory.EnumerateFiles(Path.Combine(folder, "conf.d"), "*.conf").Order(StringComparer.Ordinal)
        .Select(file => Step(new RepairAction.WriteFile(file, File.ReadAllBytes(file), Encoding.UTF8.GetBytes(File.ReadAllText(file).Replace(from, to, StringComparison.Ordinal)))) with { IsConfiguration = true })
        .ToList();
    steps.Add(Step(new RepairAction.SetMode(Path.Combine(folder, "app.sock"), 0x180, 0x1B0)));
    steps.Add(Step(new RepairAction.WriteFile(Path.Combine(folder, "app.service.d/why502.conf"), null, "[Service]\n"u8.ToArray()) { MakesDirectory = true }));
    var nginx = new NginxTarget(Path.Combine(folder, "nginx.conf"), folder + "/", "/usr/sbin/nginx", null, int.Parse(args[2], CultureInfo.InvariantCulture), null, [Path.Combine(folder, "logs/error.log")]);
    return new RepairPlan("response-header-too-big", "a title", "a summary", nginx, steps);
}

static PlannedStep Step(RepairAction action) => new(action, "a step", Disturbance.None, "none", "undo");
