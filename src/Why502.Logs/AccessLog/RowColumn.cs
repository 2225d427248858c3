namespace Why502.Logs;

/// <summary>What a value looks like; it may look like several things.</summary>
[Flags]
internal enum CellForms
{
    None = 0,

    /// <summary>Nothing, or nginx's dash.</summary>
    Empty = 1,
    Addresses = 1 << 1,
    Statuses = 1 << 2,

    /// <summary>Seconds with milliseconds, as nginx writes times.</summary>
    Seconds = 1 << 3,
    Client = 1 << 4,
    LocalTime = 1 << 5,
    IsoTime = 1 << 6,
    Msec = 1 << 7,
    Request = 1 << 8,
    Method = 1 << 9,
    Target = 1 << 10,

    /// <summary>The status of an answer: one, of three digits.</summary>
    Status = 1 << 11,

    /// <summary>More than one attempt.</summary>
    List = 1 << 12,

    /// <summary>Neither blanks nor slashes.</summary>
    Word = 1 << 13,

    /// <summary>Letters and dots, as a name of DNS in full.</summary>
    HostName = 1 << 14,

    /// <summary>A target in its absolute form, or a referrer.</summary>
    Url = 1 << 15,
}

/// <summary>The values of one place in all rows.</summary>
internal sealed class RowColumn(string[] values, RowCell first)
{
    /// <summary>Of ten values that are there, so many have to be of a form; rows may be cut or odd.</summary>
    private const int FittingOfTen = 9;

    private const int Kinds = 16;
    private readonly int[] _counts = Count(values);

    public string[] Values { get; } = values;

    /// <summary>The place in the first row.</summary>
    public RowCell First { get; } = first;

    public string Key => First.Key;

    /// <summary>The variable that this column is taken for.</summary>
    public string? Variable { get; set; }

    public int Filled => Values.Length - Of(CellForms.Empty);

    public bool IsAlways(CellForms form) => Of(form) == Values.Length;

    public bool HasNever(CellForms form) => Of(form) == 0;

    /// <summary>Whether what is there is of this form, and something is.</summary>
    public bool Is(CellForms form) => Of(form) > 0 && Of(form) * 10 >= Filled * FittingOfTen;

    public bool IsMostly(CellForms form) => Of(form) * 2 > Filled;

    public bool IsConstant()
    {
        foreach (string value in Values)
        {
            if (value != Values[0])
            {
                return false;
            }
        }

        return true;
    }

    private int Of(CellForms form) => _counts[System.Numerics.BitOperations.TrailingZeroCount((uint)form)];

    private static int[] Count(string[] values)
    {
        int[] counts = new int[Kinds];
        foreach (string value in values)
        {
            for (uint forms = (uint)FormsOf(value); forms != 0; forms &= forms - 1)
            {
                counts[System.Numerics.BitOperations.TrailingZeroCount(forms)]++;
            }
        }

        return counts;
    }

    private static CellForms FormsOf(string value)
    {
        if (value is "" or "-")
        {
            return CellForms.Empty;
        }

        CellForms forms = value.Contains(", ", StringComparison.Ordinal) || value.Contains(" : ", StringComparison.Ordinal) ? CellForms.List : CellForms.None;
        forms |= !value.AsSpan().ContainsAny(" \t\"/") ? CellForms.Word : CellForms.None;
        forms |= ValueForms.AreAddresses(value) ? CellForms.Addresses : CellForms.None;
        forms |= ValueForms.AreStatuses(value) ? CellForms.Statuses : CellForms.None;
        forms |= ValueForms.AreTimes(value) ? CellForms.Seconds : CellForms.None;
        forms |= ValueForms.IsClient(value) ? CellForms.Client : CellForms.None;
        forms |= value is [_, _, '/', _, _, _, '/', _, _, _, _, ':', _, _, ':', _, _, ':', _, _, ' ', '+' or '-', _, _, _, _] ? CellForms.LocalTime : CellForms.None;
        forms |= value.Length >= 20 && value is [_, _, _, _, '-', _, _, '-', _, _, 'T', _, _, ':', ..] ? CellForms.IsoTime : CellForms.None;
        forms |= value is { Length: 14 } && value[10] == '.' && value.AsSpan(0, 10).IndexOfAnyExceptInRange('0', '9') < 0 && value.AsSpan(11).IndexOfAnyExceptInRange('0', '9') < 0 ? CellForms.Msec : CellForms.None;
        forms |= RowCells.IsRequest(value) ? CellForms.Request : CellForms.None;
        forms |= value.Length is >= 3 and <= 10 && value.AsSpan().IndexOfAnyExceptInRange('A', 'Z') < 0 ? CellForms.Method : CellForms.None;
        forms |= value[0] == '/' || value == "*" || value.StartsWith("http", StringComparison.Ordinal) ? CellForms.Target : CellForms.None;
        forms |= value.StartsWith("http", StringComparison.Ordinal) ? CellForms.Url : CellForms.None;
        forms |= ValueForms.IsStatus(value) ? CellForms.Status : CellForms.None;
        forms |= ValueForms.IsHostName(value) ? CellForms.HostName : CellForms.None;
        return forms;
    }
}
