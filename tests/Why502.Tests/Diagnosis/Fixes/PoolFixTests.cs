using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>More workers as far as memory allows, and not one beyond.</summary>
public class PoolFixTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData(8000, 4000, 50, "10")]
    [InlineData(8000, 1000, 50, "9")]
    [InlineData(8000, 850, 50, "6")]
    [InlineData(8000, 840, 50, null)]
    [InlineData(8000, 700, 50, null)]
    public void Children_FitIntoWhatIsAvailable(long total, long available, long each, string? expected)
        => Assert.Equal(expected, Value(PoolFix.MoreChildren(Pool(), Memory(total, available, each))));

    [Fact]
    public void ControlGroupWithLessThanTheMachine_Decides()
        => Assert.Equal("7", Value(PoolFix.MoreChildren(Pool(), Memory(1000, 900, 50) with { Groups = [new("/php", "php8.2-fpm.service", 300 * MiB, 500 * MiB, 0, 0)] })));

    [Fact]
    public void WithoutMeasuredMemory_NothingIsPlanned() => Assert.Empty(PoolFix.MoreChildren(Pool(), null));

    [Fact]
    public void PoolThatNobodyReloads_IsAdvice() => Assert.Null(Value(PoolFix.MoreChildren(Pool() with { Unit = null }, Memory(8000, 4000, 50))));

    private static PhpFpmPool Pool() => new() { Name = "www", File = "/etc/php/8.2/fpm/pool.d/www.conf", ListenLine = 3, Listen = "127.0.0.1:9000", MaxChildren = 5, MasterPid = 700, Unit = "php8.2-fpm.service" };

    private static MemoryUseFact Memory(long total, long available, long each) => new(total * MiB, available * MiB, 0, 0, null, null, null, null, [], [new(701, "php-fpm8.2", 400 * MiB, each * MiB, null), new(702, "php-fpm8.2", 400 * MiB, 20 * MiB, null)]);

    private static string? Value(IEnumerable<FixStep> steps) => steps.Select(step => step.Action).OfType<RepairAction.EditSettings>().FirstOrDefault()?.Settings[0].Value;
}
