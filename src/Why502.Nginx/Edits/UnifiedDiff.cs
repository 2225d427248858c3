using System.Text;
using Why502.Nginx.Edits;
using Why502.Nginx.Syntax;

namespace Why502.Nginx;

/// <summary>The difference of two texts in the unified format of diff -u, which patch(1) and git read.</summary>
public static class UnifiedDiff
{
    public static string Of(string file, byte[] before, byte[] after, int context = 3)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var script = LineScript.Between(before, after);
        if (script.Changes.Count == 0)
        {
            return string.Empty;
        }

        var text = new StringBuilder();
        text.Append("--- ").Append(file).Append('\n').Append("+++ ").Append(file).Append('\n');
        for (var first = 0; first < script.Changes.Count;)
        {
            var last = first;
            while (last + 1 < script.Changes.Count && script.Changes[last + 1].OldStart - script.Changes[last].OldEnd <= 2 * context)
            {
                last++;
            }

            Hunk(text, script, first, last, context);
            first = last + 1;
        }

        return text.ToString();
    }

    private static void Hunk(StringBuilder text, LineScript script, int first, int last, int context)
    {
        var changes = script.Changes;
        var oldStart = Math.Max(0, changes[first].OldStart - context);
        var oldEnd = Math.Min(script.Old.Count, changes[last].OldEnd + context);
        var newStart = changes[first].NewStart - (changes[first].OldStart - oldStart);
        var newEnd = changes[last].NewEnd + (oldEnd - changes[last].OldEnd);
        text.Append("@@ -").Append(Range(oldStart, oldEnd)).Append(" +").Append(Range(newStart, newEnd)).Append(" @@\n");
        var at = oldStart;
        for (var i = first; i <= last; i++)
        {
            Lines(text, ' ', script.Old, at, changes[i].OldStart);
            Lines(text, '-', script.Old, changes[i].OldStart, changes[i].OldEnd);
            Lines(text, '+', script.New, changes[i].NewStart, changes[i].NewEnd);
            at = changes[i].OldEnd;
        }

        Lines(text, ' ', script.Old, at, oldEnd);
    }

    private static string Range(int start, int end)
    {
        var count = end - start;
        // diff -u: an empty range names the line before it, and a count of one is left out.
        return count == 1 ? $"{start + 1}" : $"{(count == 0 ? start : start + 1)},{count}";
    }

    private static void Lines(StringBuilder text, char sign, LineTable lines, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            var line = lines[i];
            var ended = line.EndsWith("\n"u8);
            text.Append(sign).Append(TextOf.Bytes(ended ? line[..^1] : line)).Append('\n');
            if (!ended)
            {
                text.Append("\\ No newline at end of file\n");
            }
        }
    }
}
