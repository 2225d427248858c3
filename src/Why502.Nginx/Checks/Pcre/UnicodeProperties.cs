namespace Why502.Nginx.Checks.Pcre;

/// <summary>The names behind <c>\p{</c>: general categories. Scripts and boolean properties are many; what looks like one is believed.</summary>
internal static class UnicodeProperties
{
    private static readonly HashSet<string> Categories = new(
        "any c cc cf cn co cs l l& lc ll lm lo lt lu m mc me mn n nd nl no p pc pd pe pf pi po ps s sc sk sm so z zl zp zs xan xps xsp xwd xuc".Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string> Scripts = new(
        ("adlam ahom arabic armenian avestan balinese bamum batak bengali bopomofo braille buginese buhid carian chakma cham cherokee common coptic cuneiform cypriot cyrillic deseret "
        + "devanagari egyptianhieroglyphs ethiopic georgian glagolitic gothic greek gujarati gurmukhi han hangul hanunoo hebrew hiragana imperialaramaic inherited javanese kannada "
        + "katakana kayahli kharoshthi khmer lao latin lepcha limbu linearb lisu lycian lydian malayalam mandaic mongolian myanmar newtailue nko ogham olchiki oldpersian oriya "
        + "osmanya phagspa phoenician rejang runic samaritan saurashtra shavian sinhala sundanese sylotinagri syriac tagalog tagbanwa taile taitham taiviet tamil telugu thaana thai "
        + "tibetan tifinagh ugaritic unknown vai yi alphabetic alpha ascii dash emoji hexdigit ideographic lowercase lower math uppercase upper whitespace wspace space").Split(' '), StringComparer.Ordinal);

    public static bool IsKnown(string name)
    {
        // PCRE2 ignores case, spaces, hyphens and underscores; "sc=", "scx=" and "bc=" say which kind is meant.
        var plain = string.Concat(name.Where(letter => letter is not (' ' or '-' or '_'))).ToLowerInvariant();
        return Categories.Contains(plain) || Scripts.Contains(plain) || plain.IndexOfAny(['=', ':']) > 0;
    }
}
