namespace Why502.Nginx.Syntax;

/// <summary>One string object per directive name, because a configuration repeats a few names many thousand times.</summary>
internal static class DirectiveNames
{
    private const int SlotCount = 4096;
    private const int NameBytesMax = 48;
    private static readonly string?[] Slots = new string?[SlotCount];

    public static string Of(ReadOnlySpan<byte> file, Token token)
    {
        if (token.Flags > TokenFlags.Quoted || token.Length > NameBytesMax)
        {
            return TextOf.Word(file, token);
        }

        var bytes = file.Slice(token.Start, token.Length);
        var hash = 2166136261u;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 16777619u;
        }

        // A plain cache: a lost race or a collision costs one more string, never a wrong one.
        ref var slot = ref Slots[(hash ^ (hash >> 15)) & (SlotCount - 1)];
        var cached = slot;
        if (cached is not null && System.Text.Ascii.Equals(bytes, cached))
        {
            return cached;
        }

        var name = TextOf.Bytes(bytes);
        slot = name;
        return name;
    }
}
