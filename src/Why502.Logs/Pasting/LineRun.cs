namespace Why502.Logs.Pasting;

/// <summary>Lines that were one before a page broke it.</summary>
internal static class LineRun
{
    /// <summary>Puts the whole into the first of the lines and leaves the others empty, so that lines keep their numbers.</summary>
    public static void Put(IList<string> lines, int first, int last, string whole)
    {
        lines[first] = whole;
        for (var part = first + 1; part <= last; part++)
        {
            lines[part] = "";
        }
    }
}
