using Why502.Traffic.Findings;
using Xunit;

namespace Why502.Tests.Traffic;

public sealed class MedianTests
{
    [Fact]
    public void AnyNumbers_HaveTheMedianThatSortingFinds()
    {
        Random random = new(1);
        for (int run = 0; run < 2000; run++)
        {
            double[] numbers = new double[random.Next(1, 40)];
            int kinds = random.Next(1, 50);
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = random.Next(kinds) / 7.0;
            }

            double[] sorted = [.. numbers.Order()];
            Assert.Equal(sorted[sorted.Length / 2], Median.Of(numbers));
        }
    }
}
