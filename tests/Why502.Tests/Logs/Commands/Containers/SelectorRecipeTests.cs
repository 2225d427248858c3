using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class SelectorRecipeTests
{
    private const string Service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: tally\nspec:\n  selector:\n    app: tally\n    tier: web\n  ports:\n    - port: 80\n";

    [Theory]
    [InlineData("        app: tally\n        tier: web\n        more: yes\n", null)]
    [InlineData("        app: tally\n", "tier: web")]
    [InlineData("        app: pears\n        tier: web\n", "app: tally")]
    public void Selector_FitsPodsThatHaveAllItsLabels(string labels, string? missing)
        => Assert.Equal(missing, Paste.Read<UnselectedPods>(new SelectorRecipe(), Service + "---\n" + Deployment(labels)).SingleOrDefault()?.Label);

    [Fact]
    public void SelectorOfTheDeploymentItself_IsNotTheServices()
        => Assert.Empty(Paste.Read<UnselectedPods>(new SelectorRecipe(), Service.Replace("  selector:\n    app: tally\n    tier: web\n", "", StringComparison.Ordinal) + "---\n" + Deployment("        app: tally\n")));

    /// <summary>Of two workloads nobody says which is meant.</summary>
    [Fact]
    public void TwoWorkloads_LeaveItOpen()
        => Assert.Empty(Paste.Read<UnselectedPods>(new SelectorRecipe(), Service + "---\n" + Deployment("        app: pears\n") + "---\n" + Deployment("        app: plums\n")));

    private static string Deployment(string labels)
        => $"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: tally\n  labels:\n    app: tally\nspec:\n  selector:\n    matchLabels:\n      app: tally\n  template:\n    metadata:\n      labels:\n{labels}    spec:\n      containers: []\n";
}
