using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A service's limit on memory grows as far as the machine has it. The lab's machine has no memory controller, so the plan alone is tested.</summary>
public sealed class MemoryLimitFixTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData(8000, 4000, 256, "512M")]
    [InlineData(8000, 1000, 256, "456M")]
    [InlineData(8000, 860, 256, null)]
    [InlineData(8000, 4000, 8000, null)]
    public void Limit_FitsIntoWhatIsAvailable(long total, long available, long limit, string? expected)
    {
        var steps = MemoryLimitFix.More("shop.service", new(total * MiB, available * MiB, 0, 0, null, null, null, null, [new("/system.slice/shop.service", "shop.service", limit * MiB, limit * MiB, 3, 9)], []));
        Assert.Equal(expected, steps.Select(step => step.Action).OfType<RepairAction.EditSettings>().FirstOrDefault()?.Settings[0].Value);
    }

    [Fact]
    public void LimitOfAnotherUnit_IsLeftAlone() => Assert.Empty(MemoryLimitFix.More("shop.service", new(8000 * MiB, 4000 * MiB, 0, 0, null, null, null, null, [new("/system.slice/db.service", "db.service", 100, 100 * MiB, 3, 9)], [])));
}
