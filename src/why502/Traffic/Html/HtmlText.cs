using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Why502.Cli.Traffic;

/// <summary>HTML in the making. What stands in the source is markup; what is put into its holes is text, always escaped. There is no other way in.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder text = new(64 * 1024);

    [SuppressMessage("Performance", "CA1822", Justification = "The compiler gives this instance to the handler, which has written by now.")]
    public void Add([InterpolatedStringHandlerArgument("")] ref Markup markup) => _ = markup;

    public override string ToString() => text.ToString();

    /// <summary>Literals as they are, everything else escaped, in text as well as in quoted attributes.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup
    {
        private readonly StringBuilder to;

        /// <summary>The lengths are what the compiler hands over.</summary>
        public Markup(int literalLength, int formattedCount, HtmlText html) => to = html.text;

        public void AppendLiteral(string markup) => to.Append(markup);

        public void AppendFormatted(string? value)
        {
            foreach (var c in value ?? "")
            {
                _ = c switch
                {
                    '&' => to.Append("&amp;"),
                    '<' => to.Append("&lt;"),
                    '>' => to.Append("&gt;"),
                    '"' => to.Append("&quot;"),
                    '\'' => to.Append("&#39;"),
                    _ => to.Append(c),
                };
            }
        }

        public void AppendFormatted(long value) => to.Append(value.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(double value) => to.Append(value.ToString("0.##", CultureInfo.InvariantCulture));
    }
}
