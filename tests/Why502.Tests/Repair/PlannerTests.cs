using Why502.Diagnosis;
using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

/// <summary>What becomes of a fix that a cause proposes.</summary>
public sealed class PlannerTests
{
    private static readonly FixStep Reload = new("Change it, test and reload.", "nginx -t && nginx -s reload") { Action = new RepairAction.ReloadNginx() };

    /// <summary>What a person has to change first is not changed by a reload: carried out alone it would look like a repair.</summary>
    [Fact]
    public void ReloadAlone_IsNoRepair() => Assert.Empty(Steps(new Fix { Summary = "Change the line.", Steps = [Reload] }));

    [Fact]
    public void ReloadThatEndsTheFault_IsOne() => Assert.IsType<RepairAction.ReloadNginx>(Assert.Single(Steps(new Fix { Summary = "Reload.", Steps = [Reload], IsMadeByReload = true })).Action);

    [Fact]
    public void ReloadThatLoadsWhatLiesThere_IsOne() => Assert.Single(Steps(new Fix { Summary = "Reload.", Steps = [Reload], LoadsPending = true }));

    [Fact]
    public void ReloadBesideAnotherStep_IsMade()
        => Assert.Equal(2, Steps(new Fix { Summary = "Start it.", Steps = [new("Start it.") { Action = new RepairAction.AskUnit("shop.service", UnitVerb.Start) }, Reload] }).Count);

    [Fact]
    public void StepWithoutAction_IsThePersons() => Assert.Empty(Steps(new Fix { Summary = "Mend the app.", Steps = [new("Read its log.", "journalctl -u shop.service")] }));

    private static IReadOnlyList<PlannedStep> Steps(Fix fix)
    {
        var finding = Scene.Run(CauseRegistry.Find("upstream-down")!.Info.Example).Findings[0];
        return Planner.Plan(finding with { Fix = fix })!.Plan.Steps;
    }
}
