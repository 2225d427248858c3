using System.Globalization;

namespace Why502.Bench.Instructions;

/// <summary>Which methods the counted instructions are in, by the map that the runtime writes for perf(1).</summary>
internal static class MethodShares
{
    private const int Shown = 24;

    public static void Print(string map, IReadOnlyDictionary<long, int> places, long rows)
    {
        List<(long From, long To, string Name)> methods = [.. File.ReadLines(map).Select(Method).OrderBy(method => method.From)];
        File.Delete(map);
        // A method that was compiled again stands at several places, and a place may have held several methods: the last counts.
        foreach (IGrouping<string, int> method in places.GroupBy(place => NameAt(methods, place.Key), place => place.Value).OrderByDescending(group => group.Sum()).Take(Shown))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {method.Sum() / (double)rows,9:N1}  {method.Key}"));
        }
    }

    /// <summary><c>start size name</c>, the numbers in hexadecimal.</summary>
    private static (long From, long To, string Name) Method(string line)
    {
        string[] cells = line.Split(' ', 3);
        long from = Number(cells[0]);
        return (from, from + Number(cells[1]), cells[2]);
    }

    private static long Number(string text) => long.Parse(text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string NameAt(List<(long From, long To, string Name)> methods, long place) =>
        methods.LastOrDefault(method => method.From <= place && place < method.To).Name ?? "(outside of what was compiled: the runtime, libc)";
}
