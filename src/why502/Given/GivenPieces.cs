using System.Text;
using Why502.Logs;
using Why502.Logs.Commands;
using Why502.Logs.Pasting;
using Why502.Nginx;

namespace Why502.Cli.Given;

/// <summary>
/// Divides a given file into what it holds. People paste a whole terminal session, or the output of several containers, into one
/// file: each kind becomes a piece that has the file's lines at their own numbers and blanks where others stand.
/// </summary>
internal static class GivenPieces
{
    /// <summary>A larger file was not pasted by a person: it is one log, and read in place.</summary>
    public const int BytesMax = 4 << 20;

    public static IReadOnlyList<GivenFile> Of(GivenFile file)
    {
        if (file.Kind is GivenKind.Record or GivenKind.Binary or GivenKind.Unreadable or GivenKind.Empty || Whole(file) is not { } content)
        {
            return [file];
        }

        var text = Encoding.Latin1.GetString(content);
        var lines = Lines(text, out var repaired);
        var segments = Prompts.Split(file.Path, lines);
        if (segments.Count <= 1 && !repaired && Simple(file, segments) is { } simple)
        {
            return simple;
        }

        var pieces = new PieceSet(file, segments.Count == 1, lines.Count);
        foreach (var segment in segments)
        {
            pieces.Add(segment);
        }

        pieces.AddTold(lines);
        return pieces.Files;
    }

    /// <summary>One kind and nothing to repair: the file as it is.</summary>
    private static IReadOnlyList<GivenFile>? Simple(GivenFile file, IReadOnlyList<PastedText> segments)
        => file.Kind == GivenKind.Configuration && segments is [{ Command: null } whole] && !PieceSet.Speaks(whole) ? [file] : null;

    /// <summary>All of a file that is small enough to be somebody's paste; else null.</summary>
    public static byte[]? Whole(GivenFile file)
    {
        if (file.Content is { } held)
        {
            return held.Length <= BytesMax ? held : null;
        }

        try
        {
            return new FileInfo(file.Path).Length <= BytesMax ? File.ReadAllBytes(file.Path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static List<string> Lines(string text, out bool repaired)
    {
        var lines = new List<string>();
        var split = text.Split('\n');
        var unmarked = CodeSpans.Strip(Quotations.Strip(ListMarks.Strip(split)));
        var raw = RunTogether.Part(EscapedText.Part(Indentation.Strip(unmarked)));
        repaired = WrappedRecord.Join(raw) | WrappedRow.Join(raw) | WrappedReport.Join(raw) | WrappedProse.Join(raw);
        repaired |= raw.Length > split.Length || !ReferenceEquals(unmarked, split);
        var last = Array.FindLastIndex(raw, line => line.AsSpan().TrimEnd().Length > 0);
        for (var index = 0; index < raw.Length; index++)
        {
            var line = raw[index].TrimEnd('\r');
            var whole = PastedRecord.Repair(line, index < last && !Prompts.IsFence(raw[index + 1]) ? raw[index + 1] : null);
            repaired |= !ReferenceEquals(whole, line);
            lines.Add(whole);
        }

        repaired |= PartedRecord.Join(lines);
        return lines;
    }

    /// <summary>Collects the lines of each kind at their places.</summary>
    private sealed class PieceSet(GivenFile file, bool undivided, int lineCount)
    {
        private readonly Dictionary<GivenKind, string?[]> pieces = [];
        private readonly List<CommandRecord> records = [];

        public IReadOnlyList<GivenFile> Files
        {
            get
            {
                var found = pieces
                    .OrderBy(piece => piece.Key)
                    .Select(piece => Piece(piece.Key, Encoding.Latin1.GetBytes(string.Join('\n', piece.Value) + "\n")))
                    .ToList();
                if (records.Count > 0)
                {
                    found.Add(new GivenFile(file.Name, file.Path, GivenKind.Command) { Records = records });
                }

                return found.Count > 0 ? found : [file];
            }
        }

        public void Add(PastedText segment)
        {
            var claimed = CommandReaders.Read(segment);
            records.AddRange(claimed);

            // A sentence that mentions a status is claimed by nobody: what else stands there is read as if it were not.
            claimed = [.. claimed.Where(record => record is not ToldByClient)];
            var kind = undivided && file.Kind is GivenKind.ErrorLog or GivenKind.AccessLog ? file.Kind : GivenFile.KindOf(Bytes(segment.Lines));
            var speaks = kind is GivenKind.Configuration or GivenKind.AppLog or GivenKind.Unknown && Speaks(segment);
            if (claimed.Count == 0 && !speaks && PutConfiguration(kind, segment))
            {
                return;
            }

            // Blocks first: a parser that takes anything for a directive takes a line of prose, or of an app, for one too.
            var (error, access, other) = Sorted(segment);
            var (blocks, others) = ConfigurationBlocks.Of(other);
            Put(GivenKind.Configuration, blocks);
            other = others;
            if (error.Count + access.Count > 0 || speaks)
            {
                List<PastedLine> said = [.. other.Where(line => IsEvent(line) || IsRecord(line))];
                List<PastedLine> silent = [.. other.Except(said)];
                if (silent.Count > 0 && NginxConfiguration.LooksLikeConfiguration(Bytes(silent)))
                {
                    Put(GivenKind.Configuration, silent);
                    other = said;
                }
            }

            if (error.Count > 0 || kind == GivenKind.ErrorLog || (speaks && other.Exists(IsRecord)))
            {
                // Undated and wrapped lines belong to nginx's records, so the reader gets all that is not a row of the other log.
                Put(GivenKind.ErrorLog, WithoutLeadIns([.. error.Concat(other).OrderBy(line => line.Number)], [.. error.Select(line => line.Number)]));
            }

            if (access.Count > 0)
            {
                Put(GivenKind.AccessLog, access);
            }
            else if (kind == GivenKind.AccessLog)
            {
                Put(kind, other);
            }

            if (other.Count <= CommandReaders.LinesMax)
            {
                other.RemoveAll(IsNginxs);
            }

            // What PHP says through FastCGI's stderr is the app's word in nginx's log.
            other.AddRange(error.Where(line => line.Text.Contains("sent in stderr: ", StringComparison.Ordinal) || IsModules(line)));
            var app = kind is GivenKind.AppLog or GivenKind.KernelLog;
            if (app || (other.Count > 0 && HasEvents(other)))
            {
                Put(kind == GivenKind.KernelLog ? kind : GivenKind.AppLog, other);
            }
            else if (kind is GivenKind.Unknown && claimed.Count == 0 && error.Count == 0 && access.Count == 0 && blocks.Count == 0)
            {
                Put(kind, other);
            }
        }

        /// <summary>
        /// Without the sentence right above a message that lost its date: the reader, which knows no such message's beginning, takes both for one. What stands below a record belongs to it.
        /// </summary>
        private static List<PastedLine> WithoutLeadIns(List<PastedLine> lines, HashSet<int> records)
        {
            for (var first = 0; first < lines.Count; first++)
            {
                var next = first;
                while (next + 1 < lines.Count && lines[next + 1].Number == lines[next].Number + 1)
                {
                    next++;
                }

                var said = lines.FindIndex(first, next - first + 1, line => records.Contains(line.Number) || IsNginxs(line));
                if (said > first && !records.Contains(lines[said].Number))
                {
                    lines.RemoveRange(first, said - first);
                    next -= said - first;
                }

                first = next;
            }

            return lines;
        }

        /// <summary>The one directive that somebody's sentences cite, where no configuration is shown.</summary>
        public void AddTold(List<string> lines)
        {
            if (!pieces.ContainsKey(GivenKind.Configuration) && CitedPass.In(lines) is { } cited)
            {
                Put(GivenKind.Configuration, [cited]);
            }
        }

        private bool PutConfiguration(GivenKind kind, PastedText segment)
        {
            if (kind == GivenKind.Configuration)
            {
                Put(kind, segment.Lines);
                return true;
            }

            if (kind is not (GivenKind.Unknown or GivenKind.AppLog) || PastedConfiguration.Repair(Bytes(segment.Lines)) is not { } repaired)
            {
                return false;
            }

            // Joined lines were parted: what is behind the first of them has no number of its own in the file.
            var lines = Encoding.Latin1.GetString(repaired).Split('\n');
            if (lines.Length > segment.Lines.Count + 1)
            {
                Put(GivenKind.Configuration, [segment.Lines[0] with { Text = string.Join('\n', lines) }]);
            }
            else
            {
                Put(GivenKind.Configuration, [.. segment.Lines.Zip(lines, (line, text) => line with { Text = text })]);
            }

            return true;
        }

        private static (List<PastedLine> Error, List<PastedLine> Access, List<PastedLine> Other) Sorted(PastedText segment)
        {
            var (error, access, other) = (new List<PastedLine>(), new List<PastedLine>(), new List<PastedLine>());
            foreach (var line in segment.Lines)
            {
                switch (PastedLines.Of(Encoding.Latin1.GetBytes(line.Text), out var start))
                {
                    case PastedLineKind.NginxError:
                        error.Add(line);
                        break;
                    case PastedLineKind.NginxAccess:
                        access.Add(line with { Text = PastedRow.Repair(line.Text[start..]) });
                        break;
                    case PastedLineKind.Other:
                        other.Add(line);
                        break;
                    default:
                        break;
                }
            }

            return (error, access, other);
        }

        private static byte[] Bytes(IReadOnlyList<PastedLine> lines) => Encoding.Latin1.GetBytes(string.Join('\n', lines.Select(line => line.Text)) + "\n");

        /// <summary>A message of nginx's own that lost its date. Others share some of its words ("exited on signal"), and are known by their own head.</summary>
        private static bool IsNginxs(PastedLine line)
        {
            var bytes = Encoding.Latin1.GetBytes(line.Text);
            return AppLog.Recognise(bytes) == AppLogKind.Unknown && OwnMessage.Is(bytes);
        }

        /// <summary>What a module of somebody else's writes into nginx's log, in words of its own.</summary>
        private static bool IsModules(PastedLine line) => line.Text.Contains("] [", StringComparison.Ordinal) is false && line.Text.Contains(": [", StringComparison.Ordinal) && ErrorLogLine.Parse(line.Text) is { Known: null };

        /// <summary>Below or above the blocks of a configuration, or between its directives, stands what an app, or nginx itself, said.</summary>
        public static bool Speaks(PastedText segment)
            => ConfigurationBlocks.Of([.. segment.Lines]) is var parted && ((parted.Blocks.Count > 0 && HasEvents(parted.Others)) || (parted.Others.Count <= CommandReaders.LinesMax && parted.Others.Any(line => IsRecord(line) || IsRow(line))));

        private static bool IsRecord(PastedLine line)
            => !line.Text.AsSpan().TrimStart().StartsWith("#") && (IsNginxs(line) || ErrorLogLine.Parse(line.Text) is { Level: not null, Known: not null });

        private static bool IsRow(PastedLine line)
            => !line.Text.AsSpan().TrimStart().StartsWith("#") && PastedLines.Of(Encoding.Latin1.GetBytes(line.Text), out _) is PastedLineKind.NginxAccess;

        private static bool HasEvents(IReadOnlyList<PastedLine> lines) => lines.Any(IsEvent);

        /// <summary>A configuration's comment may cite whatever it likes.</summary>
        private static bool IsEvent(PastedLine line) => !line.Text.AsSpan().TrimStart().StartsWith("#") && AppLogReader.Read(Encoding.Latin1.GetBytes(line.Text), "", null) is not null;

        private void Put(GivenKind kind, IReadOnlyList<PastedLine> lines)
        {
            if (lines.Count == 0)
            {
                return;
            }

            if (!pieces.TryGetValue(kind, out var piece))
            {
                pieces[kind] = piece = new string?[lineCount];
            }

            foreach (var line in lines)
            {
                piece[line.Number - 1] = line.Text;
            }
        }

        private GivenFile Piece(GivenKind kind, byte[] content)
        {
            var begins = content.AsSpan().IndexOfAnyExcept((byte)'\n') is var at and > 0 ? at : 0;
            return new GivenFile(file.Name, file.Path, kind) { Content = content, Cut = file.Cut, Head = content[begins..Math.Min(content.Length, begins + GivenFile.HeadBytes)] };
        }
    }
}
