using System.Text;
using System.Text.RegularExpressions;
using Why502.Nginx.Syntax;

namespace Why502.Nginx;

/// <summary>
/// Overwrites the secrets that stand in configurations: values of secret-looking headers, parameters and variables, keys in URLs, credentials,
/// what secret variables are compared with. Every byte keeps its place and every word its form (only letters, digits and non-ASCII bytes are
/// replaced), so that a masked configuration has the lines, lengths, variables and syntax of the original. Equal secrets get equal masks, different ones different
/// masks as far as their length allows: the entries of a map stay as many as they were.
/// </summary>
public sealed partial class ConfigurationSecrets
{
    /// <summary>Shorter words are too common to be replaced in other texts.</summary>
    private const int KnownLengthMin = 6;

    private const int PlainLengthMin = 12;

    private const string MaskDigits = "abcdefghijklmnopqrstuvw";

    private const string SecretName = @"(?:passw(?:or)?d|passphrase|(?<![a-z])pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|cookie|session(?:[-_]?id)?(?![a-z])|sessid|signature|bearer|authorization|x[-_]auth|(?<![a-z])dsn(?![a-z])|csrf|hmac)";

    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>Directives of NAME VALUE, as their modules' command tables have them.</summary>
    private static readonly HashSet<string> Pairs = new(StringComparer.OrdinalIgnoreCase)
    {
        "proxy_set_header", "grpc_set_header", "fastcgi_param", "uwsgi_param", "scgi_param", "add_header", "add_trailer", "set", "more_set_headers", "more_set_input_headers", "auth_request_set", "js_var", "set_by_lua", "proxy_hide_header",
    };

    /// <summary>Directives whose arguments are secrets (ngx_http_secure_link_module, and its kin of other modules).</summary>
    private static readonly HashSet<string> Whole = new(StringComparer.OrdinalIgnoreCase) { "secure_link_md5", "secure_link_secret", "secure_link_hmac_secret", "secure_token", "encrypted_session_key", "encrypted_session_iv", "aws_secret_key", "aws_access_key" };

    private readonly Dictionary<string, string> masks = new(StringComparer.Ordinal);

    /// <summary>Words that were masked so far and are long enough to be known again elsewhere, with what stands for them.</summary>
    public IReadOnlyDictionary<string, string> Known => masks.Where(pair => IsTelling(pair.Key)).ToDictionary();

    /// <summary>The same file without its secrets, byte for byte as long.</summary>
    public byte[] Mask(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var tree = SyntaxParser.Parse(content);
        var bytes = (byte[])content.Clone();
        for (var index = 0; index < tree.Nodes.Length; index++)
        {
            MaskNode(content, bytes, tree, index);
        }

        foreach (var comment in tree.Comments)
        {
            MaskText(content, bytes, comment.Start + 1, comment.Start + comment.Length);
        }

        return bytes;
    }

    /// <summary>The text with every known secret replaced.</summary>
    public static string Replace(string text, IReadOnlyDictionary<string, string> known)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(known);
        foreach (var (secret, mask) in known)
        {
            text = text.Contains(secret, StringComparison.Ordinal) ? text.Replace(secret, mask, StringComparison.Ordinal) : text;
        }

        return text;
    }

    private void MaskNode(byte[] content, byte[] bytes, SyntaxTree tree, int index)
    {
        ref readonly var node = ref tree.Node(index);
        var tokens = tree.TokensOf(index);
        if (tokens.IsEmpty)
        {
            return;
        }

        var name = Text(content, tokens[0]);
        if (node.IsRaw)
        {
            MaskText(content, bytes, node.BodyStart, node.BodyEnd);
            return;
        }

        if (node.Parent >= 0 && tree.TokensOf(node.Parent) is var above && !above.IsEmpty && Text(content, above[0]) is "map" or "geo")
        {
            MaskEntry(content, bytes, tokens, above);
            return;
        }

        var secretName = Pairs.Contains(name) && tokens.Length > 2 && IsSecret(Text(content, tokens[1]));
        var comparesSecret = name == "if" && Any(content, tokens, SecretVariable());
        for (var at = 1; at < tokens.Length; at++)
        {
            if (Whole.Contains(name) || (secretName && at > 1) || comparesSecret)
            {
                MaskWords(content, bytes, tokens[at].Start, tokens[at].End);
            }
            else
            {
                MaskParts(content, bytes, tokens[at].Start, tokens[at].End);
            }
        }
    }

    /// <summary>An entry of a map or geo block: what a secret variable is compared with, and what a secret one becomes.</summary>
    private void MaskEntry(byte[] content, byte[] bytes, ReadOnlySpan<Token> entry, ReadOnlySpan<Token> map)
    {
        var name = Text(content, entry[0]);
        var source = map.Length > 1 ? Text(content, map[1]) : "";
        if (name is not ("include" or "hostnames" or "volatile" or "default") && (SecretVariable().IsMatch(source) || IsSecret(source)))
        {
            MaskWords(content, bytes, entry[0].Start, entry[0].End);
        }

        var becomesSecret = map.Length > 2 && IsSecret(Text(content, map[2]));
        for (var at = 1; at < entry.Length && name != "include"; at++)
        {
            if (becomesSecret)
            {
                MaskWords(content, bytes, entry[at].Start, entry[at].End);
            }
            else
            {
                MaskParts(content, bytes, entry[at].Start, entry[at].End);
            }
        }
    }

    /// <summary>Within a word: credentials in a URL, values of secret names, values of a query, and what follows Basic or Bearer.</summary>
    private void MaskParts(byte[] content, byte[] bytes, int start, int end)
    {
        var text = Encoding.Latin1.GetString(content, start, end - start);
        foreach (var pattern in new[] { Credentials(), Assigned(), Query(), Scheme(), Jwt() })
        {
            foreach (Match match in pattern.Matches(text))
            {
                var secret = match.Groups["secret"];
                MaskWords(content, bytes, start + secret.Index, start + secret.Index + secret.Length);
            }
        }
    }

    /// <summary>Text of another language: lines that speak of secrets lose all their words.</summary>
    private void MaskText(byte[] content, byte[] bytes, int start, int end)
    {
        for (var from = start; from < end;)
        {
            var feed = Array.IndexOf(content, (byte)'\n', from, end - from);
            var to = feed < 0 ? end : feed;
            var line = Encoding.Latin1.GetString(content, from, to - from);
            if (IsSecret(line) || Credentials().IsMatch(line) || Scheme().IsMatch(line) || Jwt().IsMatch(line))
            {
                MaskWords(content, bytes, from, to);
            }
            else
            {
                MaskParts(content, bytes, from, to);
            }

            from = to + 1;
        }
    }

    /// <summary>Masks each word that is no variable.</summary>
    private void MaskWords(byte[] content, byte[] bytes, int start, int end)
    {
        foreach (Match word in Word().Matches(Encoding.Latin1.GetString(content, start, end - start)))
        {
            if (word.Value[0] == '$')
            {
                continue;
            }

            var (from, length) = (start + word.Index, word.Length);
            var secret = TextOf.Bytes(content.AsSpan(from, length));
            if (!masks.TryGetValue(secret, out var mask))
            {
                masks[secret] = mask = MaskOf(content.AsSpan(from, length), masks.Count);
            }

            Encoding.Latin1.GetBytes(mask, bytes.AsSpan(from, length));
        }
    }

    /// <summary>Letters, digits and bytes beyond ASCII become x, and the last of them a number, so that masks differ.</summary>
    private static string MaskOf(ReadOnlySpan<byte> secret, int number)
    {
        var mask = new char[secret.Length];
        for (var i = secret.Length - 1; i >= 0; i--)
        {
            var hidden = secret[i] >= 0x80 || char.IsAsciiLetterOrDigit((char)secret[i]);
            mask[i] = !hidden ? (char)secret[i] : number > 0 ? MaskDigits[number % MaskDigits.Length] : 'x';
            number = hidden ? number / MaskDigits.Length : number;
        }

        return new string(mask);
    }

    private static bool IsTelling(string word) => word.Length >= KnownLengthMin && (word.Length >= PlainLengthMin || word.Any(char.IsAsciiDigit)) && !word.All(c => char.IsAsciiDigit(c) || c is '.' or ':');

    private static bool IsSecret(string text) => Name().IsMatch(text);

    private static bool Any(byte[] content, ReadOnlySpan<Token> tokens, Regex pattern)
    {
        foreach (var token in tokens)
        {
            if (pattern.IsMatch(Text(content, token)))
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(byte[] content, Token token) => Encoding.Latin1.GetString(content, token.Start, token.Length);

    [GeneratedRegex(SecretName, Plain)]
    private static partial Regex Name();

    [GeneratedRegex(@"\$\{?(http|arg|cookie|sent_http|upstream_http)_\w*" + SecretName + @"|\$\{?cookie_|\$\{?(http|arg)_\w*key", Plain)]
    private static partial Regex SecretVariable();

    [GeneratedRegex(@"[a-z][a-z0-9+.-]{0,16}://(?<secret>[^\s/@""'<>$]+)@", Plain)]
    private static partial Regex Credentials();

    /// <summary>password=…, but not a zone of that name.</summary>
    [GeneratedRegex(@"(?<![\w-])(?!(?:keys_)?zone=)[\w.-]*" + SecretName + @"[\w.-]*=(?<secret>[^\s""',;&$]+)", Plain)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"[?&][\w.-]+=(?<secret>[^\s""'&$;]+)", Plain)]
    private static partial Regex Query();

    [GeneratedRegex(@"\b(?:Basic|Bearer|Digest|Token)\s+(?<secret>[^\s""'$]+)", Plain)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"(?<secret>eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?)", Plain)]
    private static partial Regex Jwt();

    /// <summary>A variable, or a run without white space, quotes and variables.</summary>
    [GeneratedRegex(@"\$\{\w+\}|\$\w+|[^\s$""'{}]+|\$", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
