using Xunit;

namespace Why502.Tests.Architecture;

/// <summary>A part of a document, between <c>&lt;!-- name:begin --&gt;</c> and <c>&lt;!-- name:end --&gt;</c>, that is printed from the code.</summary>
internal static class GeneratedBlock
{
    public static void Check(string file, string name, string expected)
    {
        var text = Checkout.Read(file);
        var (start, end) = Find(text, name);
        Assert.True(start > 0 && end >= start, $"{file} has no block '{name}'.");
        if (Checkout.Accepting)
        {
            File.WriteAllText(Path.Combine(Checkout.Root, file), text[..start] + expected + text[end..]);
            return;
        }

        Assert.True(expected == text[start..end], $"The block '{name}' of {file} is stale; eng/accept rewrites it to:\n{expected}");
    }

    private static (int Start, int End) Find(string text, string name)
    {
        var begin = $"<!-- {name}:begin -->\n";
        var start = text.IndexOf(begin, StringComparison.Ordinal);
        return start < 0 ? (-1, -1) : (start + begin.Length, text.IndexOf($"<!-- {name}:end -->", start, StringComparison.Ordinal));
    }
}
