using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Why502.Diagnosis;
using Why502.Nginx;
using Why502.Repair;
using Why502.Reports;

namespace Why502.Cli.Repairs;

/// <summary><c>why502 fix --format json</c>: one object, described by docs/schema/fix-1.schema.json.</summary>
internal sealed class FixJson
{
    public const string SchemaId = "why502/fix/1";

    /// <summary>States of a repair, as <see cref="RepairState"/> has them.</summary>
    public static readonly string[] States = [.. Enum.GetValues<RepairState>().Select(Of)];

    private readonly Utf8JsonWriter json;

    private FixJson(Utf8JsonWriter json) => this.json = json;

    public static string Render(FixAnswer answer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            new FixJson(json).Write(answer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private void Write(FixAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("schema", SchemaId);
        json.WriteString("act", answer.Act);
        Text("refused", answer.Refusal);
        Each("plans", answer.Repairs, Write);
        Each("outcomes", answer.Outcomes, Write);
        Each("history", answer.History, Write);
        json.WriteEndObject();
    }

    private void Write(PlannedRepair repair)
    {
        json.WriteString("cause", repair.Finding.Cause.Id);
        json.WriteNumber("confidence", Math.Round(repair.Finding.Confidence, 4));
        Text("title", repair.Finding.Title);
        Text("summary", repair.Plan.Summary);
        json.WriteBoolean("reloads", repair.Plan.Reloads);
        Each("steps", repair.Plan.Steps, Write);
        Each("yours", repair.Finding.Fix!.Steps.Where(step => repair.Plan.Steps.Count == 0 || step.Action is null), step =>
        {
            Text("text", step.Text);
            JsonValues.Text(json, "command", step.Command);
        });
        Each("owners", repair.Owners, owner =>
        {
            JsonValues.Text(json, "file", owner.Path);
            Text("owner", owner.Owner);
            Text("instead", owner.Instead);
        });
        Texts("pending", repair.Pending);
        Texts("obstacles", repair.Obstacles);
    }

    private void Write(PlannedStep step)
    {
        Text("what", step.What);
        Text("why", step.Why);
        json.WriteString("disturbs", step.Disturbance switch { Disturbance.Reload => "reload", Disturbance.Restart => "restart", _ => "none" });
        Text("risk", step.Risk);
        Text("undo", step.Undo);
        var write = step.Action as RepairAction.WriteFile;
        JsonValues.Text(json, "file", write?.Path);
        if (write is null)
        {
            json.WriteNull("diff");
        }
        else
        {
            json.WriteString("diff", ShownDiff.Of(new FileEdit(write.Path, write.Before ?? [], write.After)));
        }
    }

    private void Write(RepairOutcome outcome)
    {
        json.WriteBoolean("done", outcome.Done);
        json.WriteBoolean("proven", outcome.Proven);
        json.WriteBoolean("taken_back", outcome.TakenBack);
        Text("problem", outcome.Problem);
        JsonValues.Text(json, "repair", outcome.Repair?.Id);
        Texts("proof", outcome.Proof);
        Texts("stuck", outcome.Stuck);
    }

    private void Write(StoredRepair repair)
    {
        json.WriteString("repair", repair.Id);
        json.WriteString("at", repair.Stored.At);
        json.WriteString("state", Of(repair.State));
        json.WriteString("cause", repair.Plan.Cause);
        Text("why", repair.Why);
        Each("steps", repair.Plan.Steps, Write);
    }

    private static string Of(RepairState state) => state switch
    {
        RepairState.Applied => "applied",
        RepairState.RolledBack => "rolled-back",
        RepairState.Undone => "undone",
        RepairState.TakingBack => "taking-back",
        _ => "begun",
    };

    private void Each<TItem>(string name, IEnumerable<TItem> items, Action<TItem> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Text(string name, string? text) => JsonValues.Prose(json, name, text);

    private void Texts(string name, IEnumerable<string> texts) => JsonValues.Prose(json, name, texts);
}
