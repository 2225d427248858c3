using System.Text;

namespace Why502.Logs;

/// <summary>
/// Every message that nginx's own sources write, and which of them a text is. A look-up walks a trie of the formats' literal beginnings,
/// so its cost follows the text and not the number of messages.
/// </summary>
public static class ErrorMessages
{
    private static readonly MessageIndex Index = MessageIndex.Load();

    public static IReadOnlyList<ErrorMessage> All => Index.All;

    /// <summary>The message with this id, or null.</summary>
    public static ErrorMessage? Find(string id) => Index.Find(id);

    /// <inheritdoc cref="MessageIndex.MayHaveOtherLiterals"/>
    internal static bool MayHaveOtherLiterals(ReadOnlySpan<byte> text) => Index.MayHaveOtherLiterals(text);

    /// <summary>
    /// Names the message. The same text stands in several modules: the context chooses between them; without it the first in the order of the sources is meant.
    /// </summary>
    public static ErrorMessage? Recognise(ReadOnlySpan<byte> message, in MessageContext context = default) => Index.Recognise(message, context);

    /// <inheritdoc cref="Recognise(ReadOnlySpan{byte}, in MessageContext)"/>
    public static ErrorMessage? Recognise(string message, string? phase = null, LogLevel? level = null, bool? hasErrno = null, string? scheme = null) =>
        Index.Recognise(Encoding.UTF8.GetBytes(message), new MessageContext { Phase = phase, Level = level, HasErrno = hasErrno, UpstreamScheme = scheme });
}

/// <summary>What stands around a message and tells equal texts of different modules apart; everything is optional.</summary>
public readonly record struct MessageContext
{
    public LogLevel? Level { get; init; }
    public string? Phase { get; init; }
    public bool? HasErrno { get; init; }
    public string? UpstreamScheme { get; init; }
    public bool IsStream { get; init; }

    /// <summary>The errno says that something has run out: memory, descriptors, space.</summary>
    public bool IsExhaustion { get; init; }

    /// <summary>The line names a request.</summary>
    public bool IsHttp { get; init; }

    /// <summary>The line names a configuration place, or is the undated start-up form.</summary>
    public bool IsConfiguration { get; init; }
}
