using Why502.Diagnosis;
using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

public class TransactionTests
{
    [Fact]
    public async Task AppliedThenUndone_IsByteForByteAsBefore()
    {
        using var folder = new RepairFolder();
        var (one, two, before) = Two(folder);
        var plan = folder.Plan(
            new RepairAction.WriteFile(one, RepairFolder.Bytes("one\n"), RepairFolder.Bytes("ONE\n")),
            new RepairAction.WriteFile(two, RepairFolder.Bytes("two\n"), RepairFolder.Bytes("TWO\n")),
            new RepairAction.SetMode(two, 0x1A4, 0x1A0),
            new RepairAction.WriteFile(Path.Combine(folder.Root, "app.service.d/why502.conf"), null, RepairFolder.Bytes("[Service]\n")) { MakesDirectory = true });

        var applied = await folder.Transaction().ApplyAsync(plan, RepairFolder.Works, CancellationToken.None);

        Assert.True(applied is { Done: true, Proven: true });
        Assert.Equal("ONE\n", File.ReadAllText(one));
        Assert.Equal("[Service]\n", File.ReadAllText(Path.Combine(folder.Root, "app.service.d/why502.conf")));
        Assert.Equal("one\n", File.ReadAllText(applied.Repair!.CopyOf(0)!));
        var undone = await folder.Transaction().UndoAsync();
        Assert.True(undone.Done);
        Assert.Equal(before, folder.Tree());
        Assert.False(Directory.Exists(Path.Combine(folder.Root, "app.service.d")));
        Assert.Equal(RepairState.Undone, Assert.Single(folder.Store.All()).State);
        await Assert.ThrowsAsync<StepFailedException>(() => folder.Transaction().UndoAsync());
    }

    [Fact]
    public async Task RepairThatDoesNotHelp_IsTakenBack()
    {
        using var folder = new RepairFolder();
        var (one, _, before) = Two(folder);

        var outcome = await folder.Transaction().ApplyAsync(folder.Plan(new RepairAction.WriteFile(one, RepairFolder.Bytes("one\n"), RepairFolder.Bytes("ONE\n"))), RepairFolder.Fails, CancellationToken.None);

        Assert.True(outcome is { Done: false, TakenBack: true, Problem: "it did not help" });
        Assert.Equal(before, folder.Tree());
        Assert.Equal(RepairState.RolledBack, Assert.Single(folder.Store.All()).State);
    }

    [Fact]
    public async Task SecondStepThatFails_TakesTheFirstBack()
    {
        using var folder = new RepairFolder();
        var (one, two, before) = Two(folder);
        var plan = folder.Plan(
            new RepairAction.WriteFile(one, RepairFolder.Bytes("one\n"), RepairFolder.Bytes("ONE\n")),
            new RepairAction.RunProgram(["why502-no-such-program"], null),
            new RepairAction.WriteFile(two, RepairFolder.Bytes("two\n"), RepairFolder.Bytes("TWO\n")));

        var outcome = await folder.Transaction().ApplyAsync(plan, RepairFolder.Works, CancellationToken.None);

        Assert.True(outcome is { Done: false, TakenBack: true });
        Assert.Contains("is not on this machine", outcome.Problem, StringComparison.Ordinal);
        Assert.Equal(before, folder.Tree());
    }

    [Fact]
    public async Task FileThatChangedSinceTheDiagnosis_IsRefusedBeforeAnythingBegins()
    {
        using var folder = new RepairFolder();
        var (one, two, before) = Two(folder);
        var plan = folder.Plan(
            new RepairAction.WriteFile(one, RepairFolder.Bytes("one\n"), RepairFolder.Bytes("ONE\n")),
            new RepairAction.WriteFile(two, RepairFolder.Bytes("two, as it was\n"), RepairFolder.Bytes("TWO\n")));

        await Assert.ThrowsAsync<StepFailedException>(() => folder.Transaction().ApplyAsync(plan, RepairFolder.Works, CancellationToken.None));

        Assert.Equal(before, folder.Tree());
        Assert.Empty(folder.Store.All());
    }

    /// <summary>Wherever it was killed: what the journal names is taken back, whether it had been made or not.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task JournalCutAnywhere_IsRecoveredToTheOldState(int linesKept)
    {
        using var folder = new RepairFolder();
        var (one, two, before) = Two(folder);
        var plan = OfBoth(folder, one, two);
        await folder.Transaction().ApplyAsync(plan, RepairFolder.Works, CancellationToken.None);
        var journal = Directory.EnumerateFiles(folder.Store.Directory, "journal", SearchOption.AllDirectories).Single();
        var lines = File.ReadAllLines(journal).Where(line => line.Length > 0).ToList();
        // The last line is cut in its middle, as by a crash while it was written; steps that were not announced were not made.
        File.WriteAllText(journal, string.Concat(lines.Take(linesKept).Select(line => $"\n{line}\n")) + "\n" + lines[linesKept][..10]);
        if (linesKept < 3)
        {
            File.WriteAllText(two, "two\n");
        }

        if (linesKept < 1)
        {
            File.WriteAllText(one, "one\n");
        }

        var refused = await Assert.ThrowsAsync<StepFailedException>(() => folder.Transaction().ApplyAsync(plan, RepairFolder.Works, CancellationToken.None));
        Assert.Contains("--recover", refused.Message, StringComparison.Ordinal);
        var outcome = Assert.Single(await folder.Transaction().RecoverAsync());

        Assert.True(outcome.TakenBack);
        Assert.Equal(before, folder.Tree());
        Assert.Empty(folder.Store.Unfinished());
        Assert.Empty(await folder.Transaction().RecoverAsync());
    }

    [Fact]
    public async Task FileThatSomebodyChangedSince_IsNotUndone()
    {
        using var folder = new RepairFolder();
        var (one, two, _) = Two(folder);
        await folder.Transaction().ApplyAsync(OfBoth(folder, one, two), RepairFolder.Works, CancellationToken.None);
        File.WriteAllText(one, "a later hand\n");

        var refusal = await Assert.ThrowsAsync<StepFailedException>(() => folder.Transaction().UndoAsync());

        Assert.Contains("changed by somebody else", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("a later hand\n", File.ReadAllText(one));
        Assert.Equal("TWO\n", File.ReadAllText(two));
        Assert.Empty(folder.Store.Unfinished());
    }

    [Fact]
    public async Task FileThatSomebodyChangedMeanwhile_IsKeptWhenAPersonSaysSo()
    {
        using var folder = new RepairFolder();
        var (one, two, _) = Two(folder);
        using (folder.Store.Lock())
        {
            folder.Store.Begin(OfBoth(folder, one, two), DateTimeOffset.UnixEpoch).Note(new(JournalMark.Begin, DateTimeOffset.UnixEpoch) { Step = 0 });
        }

        File.WriteAllText(one, "a later hand\n");

        var stuck = Assert.Single(await folder.Transaction().RecoverAsync());
        Assert.Contains("changed by somebody else", Assert.Single(stuck.Stuck), StringComparison.Ordinal);
        Assert.NotEmpty(folder.Store.Unfinished());

        Assert.True(Assert.Single(await folder.Transaction().RecoverAsync(keepsChanges: true)).TakenBack);
        Assert.Equal("a later hand\n", File.ReadAllText(one));
        Assert.Empty(folder.Store.Unfinished());
    }

    private static RepairPlan OfBoth(RepairFolder folder, string one, string two)
        => folder.Plan(new RepairAction.WriteFile(one, RepairFolder.Bytes("one\n"), RepairFolder.Bytes("ONE\n")), new RepairAction.WriteFile(two, RepairFolder.Bytes("two\n"), RepairFolder.Bytes("TWO\n")));

    [Fact]
    public async Task SecondRepairAtOnce_IsRefused()
    {
        using var folder = new RepairFolder();
        var (one, _, before) = Two(folder);
        using var held = folder.Store.Lock();

        var refusal = await Assert.ThrowsAsync<StepFailedException>(() => folder.Transaction().ApplyAsync(folder.Plan(new RepairAction.WriteFile(one, RepairFolder.Bytes("one\n"), RepairFolder.Bytes("ONE\n"))), RepairFolder.Works, CancellationToken.None));

        Assert.Contains("under way", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, folder.Tree());
    }

    private static (string One, string Two, Dictionary<string, string> Before) Two(RepairFolder folder)
    {
        var one = folder.Write("one.conf", "one\n");
        var two = folder.Write("two.conf", "two\n");
        File.SetUnixFileMode(two, (UnixFileMode)0x1A4);
        return (one, two, folder.Tree());
    }
}
