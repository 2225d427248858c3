using System.Diagnostics;
using System.Globalization;

namespace Why502.Bench.Instructions;

/// <summary>
/// Instructions per row of what is hot, against those that are kept in <c>bench/instructions.tsv</c>. They do not depend on what else the machine does, so a change of a
/// few percent shows. Code is compiled as in the product (without profiles), for AVX2, so that machines with wider vectors count the same.
/// </summary>
internal static class InstructionCounts
{
    private const string File = "bench/instructions.tsv";

    /// <summary>What a count may grow by, in percent, before it is a finding.</summary>
    private const double DefaultTolerance = 3;

    private static readonly (string Name, string Value)[] Settings = [("DOTNET_TieredPGO", "0"), ("DOTNET_EnableAVX512", "0"), ("DOTNET_TC_CallCountingDelayMs", "50")];

    private sealed record Kept(double Count, double Tolerance);

    /// <param name="arguments"><c>--update</c> writes the counts into the file, <c>--methods</c> prints where the instructions are; names: only these.</param>
    /// <returns>1 when something grew by more than its tolerance.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        Dictionary<string, Kept> kept = Read();
        bool grew = false;
        Console.WriteLine($"{"kernel",-16} {"rows",7} {"per row",10} {"kept",10} {"change",8}");
        foreach (string name in CountedKernel.Names.Where(name => arguments.All(argument => argument.StartsWith('-')) || arguments.Contains(name)))
        {
            (long rows, long count) = Count(name, arguments.Contains("--methods"));
            double each = Math.Round(count / (double)rows, 1);
            Kept? before = kept.GetValueOrDefault(name);
            double change = before is null ? 0 : (each / before.Count - 1) * 100;
            bool isMore = before is not null && change > before.Tolerance;
            grew |= isMore;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16} {rows,7:N0} {each,10:N1} {before?.Count ?? 0,10:N1} {change,7:+0.0;-0.0;0.0}%{(isMore ? "  MORE" : "")}"));
            kept[name] = new Kept(each, before?.Tolerance ?? DefaultTolerance);
        }

        if (arguments.Contains("--update"))
        {
            Write(kept);
        }

        return grew ? 1 : 0;
    }

    private static (long Rows, long Count) Count(string name, bool withMethods)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string setting, string value) in Settings)
        {
            start.Environment[setting] = value;
        }

        if (withMethods)
        {
            start.Environment["DOTNET_PerfMapEnabled"] = "1";
        }

        start.ArgumentList.Add("instructions-child");
        start.ArgumentList.Add(name);
        using Process child = Process.Start(start)!;
        int thread = int.Parse(child.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        List<long> steps = [];
        Dictionary<long, int>? places = withMethods ? [] : null;
        if (thread == 0)
        {
            child.StandardInput.WriteLine();
        }
        else
        {
            Thread tracer = new(() => steps = Tracer.Count(thread, child.StandardInput.WriteLine, places, CountedChild.EmptyRegions));
            tracer.Start();
            tracer.Join();
        }

        string[] result = child.StandardOutput.ReadLine()!.Split(' ');
        long rows = long.Parse(result[0], CultureInfo.InvariantCulture);
        if (places is not null)
        {
            MethodShares.Print($"/tmp/perf-{child.Id}.map", places, rows);
        }

        return (rows, thread == 0 ? long.Parse(result[1], CultureInfo.InvariantCulture) : steps.Skip(CountedChild.EmptyRegions).Sum(count => count - steps.Take(CountedChild.EmptyRegions).Min()));
    }

    private static Dictionary<string, Kept> Read() => !System.IO.File.Exists(File) ? [] : System.IO.File.ReadLines(File).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'))
        .ToDictionary(cells => cells[0], cells => new Kept(double.Parse(cells[1], CultureInfo.InvariantCulture), double.Parse(cells[2], CultureInfo.InvariantCulture)));

    private static void Write(Dictionary<string, Kept> kept) => System.IO.File.WriteAllLines(File,
    [
        "# User instructions per row, and by how many percent they may grow (bench/run instructions).",
        .. CountedKernel.Names.Where(kept.ContainsKey).Select(name => string.Create(CultureInfo.InvariantCulture, $"{name}\t{kept[name].Count:F1}\t{kept[name].Tolerance:F0}")),
    ]);
}
