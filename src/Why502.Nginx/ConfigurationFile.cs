using Why502.Nginx.Syntax;

namespace Why502.Nginx;

/// <summary>One file of a configuration, byte for byte. A file that could not be read has no bytes and no directives.</summary>
public sealed class ConfigurationFile
{
    private const int ColumnMax = 16 * 1024;
    private const int ExcerptMax = 160;

    private SyntaxTree? tree;
    private IReadOnlyList<Directive>? directives;

    internal ConfigurationFile(string path, byte[] bytes, bool wasDump)
    {
        Path = path;
        Bytes = bytes;
        WasDump = wasDump;
    }

    /// <summary>One file for itself, whatever it holds: includes are not followed, and an <c>nginx -T</c> dump is text like any other.</summary>
    public static ConfigurationFile Parse(string path, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(bytes);
        return new ConfigurationFile(path, bytes, wasDump: false);
    }

    public string Path { get; }

    /// <summary>The content as it was read; callers must not change it.</summary>
#pragma warning disable CA1819 // The bytes of a whole file are handed on by reference; a copy per access would cost more than the file.
    public byte[] Bytes { get; }
#pragma warning restore CA1819

    /// <summary>The file was cut out of an <c>nginx -T</c> dump: its path may not exist on this machine.</summary>
    public bool WasDump { get; }

    /// <summary>The top-level directives as written in this file, <c>include</c> among them. Their blocks look through includes.</summary>
    public IReadOnlyList<Directive> Directives
    {
        get => directives ??= new ConfigurationLoader(new InMemorySource(), string.Empty) { IsSingleFile = true }.LoadWritten(this);
        internal set => directives = value;
    }

    /// <summary>How many directives are written in this file, at any depth.</summary>
    public int DirectiveCount => Tree.Nodes.Length;

    internal SyntaxTree Tree => tree ??= SyntaxParser.Parse(Bytes);

    /// <summary>The file as it was read, byte for byte.</summary>
    public byte[] Print() => [.. Bytes];

    /// <summary>The 1-based byte column of an offset; 0 so far into a line that nobody would count to it.</summary>
    public int ColumnOf(int offset)
    {
        offset = Math.Clamp(offset, 0, Bytes.Length);
        var before = Bytes.AsSpan(Math.Max(0, offset - ColumnMax), Math.Min(offset, ColumnMax));
        var lineEnd = before.LastIndexOf((byte)'\n');
        return lineEnd < 0 && offset > ColumnMax ? 0 : before.Length - lineEnd;
    }

    /// <summary>What is to be read around an offset: its line, or a piece of it when that is very long.</summary>
    public string Excerpt(int offset)
    {
        offset = Math.Clamp(offset, 0, Bytes.Length);
        var before = Bytes.AsSpan(Math.Max(0, offset - ExcerptMax), Math.Min(offset, ExcerptMax));
        var behind = Bytes.AsSpan(offset, Math.Min(ExcerptMax, Bytes.Length - offset));
        var start = offset - before.Length + before.LastIndexOf((byte)'\n') + 1;
        var end = behind.IndexOf((byte)'\n');
        end = offset + (end < 0 ? behind.Length : end);
        return TextOf.Bytes(Bytes.AsSpan(start, end - start)).Trim();
    }

    /// <summary>The text of a 1-based line without its line end; empty when there is no such line.</summary>
    public string Line(int number)
    {
        ReadOnlySpan<byte> rest = Bytes;
        for (var i = 1; i < number && !rest.IsEmpty; i++)
        {
            var end = rest.IndexOf((byte)'\n');
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        var length = rest.IndexOf((byte)'\n');
        return number < 1 ? string.Empty : TextOf.Bytes((length < 0 ? rest : rest[..length]).TrimEnd((byte)'\r'));
    }
}
