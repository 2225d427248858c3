using System.Text;
using Why502.Cli.Traffic;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;
using Xunit;

namespace Why502.Tests.Traffic;

public class StretchOrderTests
{
    private const int Values = 500;

    /// <summary>While a long log is read, the total of those before it is packed: nothing of it is lost, and the long log's own is added to it.</summary>
    [Fact]
    public void LogBehindALongOne_AddsUp()
    {
        const int stretches = 40;
        StretchOrder order = new(sources: 3, workers: 1);
        order.Publish(0, 0, Filled(order.Rent(), 10), isLast: true);
        for (int number = 0; number < stretches; number++)
        {
            Assert.True(order.Enter(1, number));
            order.Publish(1, number, Filled(order.Rent(), 20), isLast: number == stretches - 1);
        }

        order.Publish(2, 0, Filled(order.Rent(), 30), isLast: true);
        HeavyHitters routes = order.Finish()!.Routes;
        QuantileSketch times = routes.TimesOf(0);
        Assert.Equal((1, Values * (stretches + 2)), (routes.Count, routes[0].Count));
        Assert.Equal((Values * (stretches + 2), 10u, 30u), (times.Count, times.Min, times.Max));
        Assert.Equal(Values * (10 + stretches * 20 + 30), times.Sum);
        Assert.Equal(20, times.Quantile(0.5));
    }

    /// <summary>Of a log whose turn has not come, only so much is read ahead that each worker but one is busy: all else waits for the log in front.</summary>
    [Fact]
    public async Task LogOutOfTurn_IsReadAhead_ByOneStretchOfTwoWorkers()
    {
        StretchOrder order = new(sources: 2, workers: 2);
        Assert.True(order.Enter(0, 0));
        Assert.True(order.Enter(1, 0));
        order.Publish(1, 0, Filled(order.Rent(), 1), isLast: false);
        Task<bool> second = Task.Run(() => order.Enter(1, 1));
        Assert.False(second.IsCompleted);
        order.Publish(0, 0, Filled(order.Rent(), 2), isLast: true);
        Assert.True(await second.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private static Stretch Filled(Stretch stretch, uint time)
    {
        byte[] route = Encoding.ASCII.GetBytes("/cart");
        for (int i = 0; i < Values; i++)
        {
            HeavyHitters routes = stretch.HoldHeavy().Routes;
            routes.TimesOf(routes.Add(TextHash.Of(route), route)).Add(time);
        }

        return stretch;
    }
}
