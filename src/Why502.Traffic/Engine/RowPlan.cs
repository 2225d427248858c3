using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// The first way in which a format's own parser would try to read a row, as steps. A row that this way fits is read as the parser reads it; every other
/// row is given to the parser, which tries the other ways.
/// </summary>
internal sealed class RowPlan
{
    /// <summary>Combined's beginning: its time and its request are found from the row's first quote.</summary>
    private const string HeadText = "$remote_addr - $remote_user [$time_local] \"$request";

    /// <summary>Parts of <see cref="HeadText"/>.</summary>
    private const int HeadParts = 4;

    private RowPlan(AccessLogFormat format)
    {
        Format = format;
        HasCombinedHead = format.Escape == EscapeMode.Default && format.Text.StartsWith(HeadText + "\"", StringComparison.Ordinal) && !HasMsec(format);
        Steps = StepsOf(format);
        First = HasCombinedHead ? HeadParts : 0;
        Usual = UsualForm.Of(format);
        Quoted = Usual is null ? QuotedForm.Of(format) : null;
    }

    public AccessLogFormat Format { get; }

    public FieldStep[] Steps { get; }

    /// <summary>What nearly all rows look like, where there is such a form.</summary>
    public UsualForm? Usual { get; }

    /// <summary>As <see cref="Usual"/>, for formats that are made of quotes.</summary>
    public QuotedForm? Quoted { get; }

    /// <summary>The step behind the head.</summary>
    public int First { get; }

    public bool HasCombinedHead { get; }

    public static RowPlan Of(AccessLogFormat format) => new(format);

    private static bool HasMsec(AccessLogFormat format)
    {
        foreach (AccessLogFormat.Part part in format.Parts)
        {
            if (part.HasVariable && part.Variable == AccessVariable.Msec)
            {
                return true;
            }
        }

        return false;
    }

    private static FieldStep[] StepsOf(AccessLogFormat format)
    {
        ReadOnlySpan<AccessLogFormat.Part> parts = format.Parts;
        List<FieldStep> steps = [];
        HashSet<AccessVariable> filled = [];
        bool msec = HasMsec(format);
        bool clock = false;
        for (int i = 0; i < parts.Length; i++)
        {
            AccessLogFormat.Part part = parts[i];
            byte[] next = format.Behind(i);
            bool last = i + 2 == parts.Length && next.Length == 0;
            bool isTime = part.HasVariable && part.Variable is AccessVariable.TimeLocal or AccessVariable.TimeIso or AccessVariable.Msec;
            bool isClock = isTime && !clock && (!msec || part.Variable == AccessVariable.Msec);
            clock |= isClock;
            steps.Add(new FieldStep
            {
                Literal = part.Literal,
                First = Start(part.Literal, filler: null),
                FirstMask = Start(part.Literal, filler: 0xFF),
                LiteralLength = part.Literal.Length,
                Form = FormOf(part, EndOf(format, part, next, last), next),
                Variable = part.Variable,
                End = EndOf(format, part, next, last),
                Next = next,
                Target = isTime ? AccessVariable.Skip : Target(part.Variable, filled),
                IsClock = isClock,
                IsLaterHost = steps.Exists(step => step.Variable == AccessVariable.Host),
            });
        }

        return [.. steps];
    }

    /// <summary>As <see cref="AccessRow.Set"/> decides between several variables of one meaning. The second host counts only beside an empty first one, so it is kept.</summary>
    private static AccessVariable Target(AccessVariable variable, HashSet<AccessVariable> filled)
    {
        bool again = !filled.Add(variable);
        return again && variable is AccessVariable.Uri or AccessVariable.BodyBytes ? AccessVariable.Skip : variable;
    }

    private static FieldEnd EndOf(AccessLogFormat format, AccessLogFormat.Part part, byte[] next, bool last)
    {
        if (!part.HasVariable)
        {
            return FieldEnd.None;
        }

        if (last)
        {
            return FieldEnd.Line;
        }

        bool quoted = next.Length > 0 && next[0] == '"' && part.Literal is [.., (byte)'"'];
        return part.Variable switch
        {
            AccessVariable.TimeLocal => FieldEnd.TimeLocal,
            AccessVariable.TimeIso => FieldEnd.TimeIso,
            AccessVariable.Status => FieldEnd.Status,
            AccessVariable.BodyBytes or AccessVariable.Msec or AccessVariable.RequestTime => FieldEnd.Number,
            _ when quoted && format.Escape == EscapeMode.Default => FieldEnd.Quote,
            _ when quoted && format.Escape == EscapeMode.Json => FieldEnd.JsonQuote,
            _ when AccessVariables.IsList(part.Variable) && !quoted => FieldEnd.List,
            _ => FieldEnd.Literal,
        };
    }

    private static FieldForm FormOf(AccessLogFormat.Part part, FieldEnd end, byte[] next)
    {
        bool blank = next.Length > 0 && next[0] == ' ';
        return (part.Variable, end) switch
        {
            (AccessVariable.Status, FieldEnd.Status) => FieldForm.Status,
            (AccessVariable.BodyBytes, FieldEnd.Number) when blank => FieldForm.Number,
            (AccessVariable.RequestTime, FieldEnd.Number or FieldEnd.Line) => FieldForm.RequestTime,
            (AccessVariable.UpstreamAddr, FieldEnd.List) when blank => FieldForm.Address,
            (AccessVariable.UpstreamStatus, FieldEnd.List) when blank => FieldForm.Attempt,
            (AccessVariable.UpstreamResponseTime, FieldEnd.List) when blank => FieldForm.ResponseTime,
            (AccessVariable.Skip, FieldEnd.Quote) => FieldForm.QuotedSkip,
            (AccessVariable.Skip, FieldEnd.Literal) when blank && next.Length == 1 => FieldForm.BlankSkip,
            (AccessVariable.Request, FieldEnd.Quote) => FieldForm.Request,
            _ => FieldForm.General,
        };
    }

    /// <summary>The literal's first bytes as a vector, or all of them replaced; zeros behind its end.</summary>
    private static Vector256<byte> Start(byte[] literal, byte? filler)
    {
        Span<byte> start = stackalloc byte[Vector256<byte>.Count];
        start.Clear();
        literal.AsSpan(0, Math.Min(start.Length, literal.Length)).CopyTo(start);
        if (filler is { } all)
        {
            start[..Math.Min(start.Length, literal.Length)].Fill(all);
        }

        return Vector256.Create<byte>(start);
    }
}
