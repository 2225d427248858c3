using System.Globalization;
using System.Text;

namespace Why502.Lab.Routing;

/// <summary>Configuration text with the number of the line that is being written.</summary>
internal sealed class ConfigurationText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public int Lines { get; private set; }

    public void Line(string directive)
    {
        _text.Append(' ', _depth * 4).Append(directive).Append('\n');
        Lines++;
    }

    /// <summary>A block whose requests are logged to a file named after the line it begins on: that is how nginx tells where a request ended.</summary>
    public void Marked(string head, Action body)
    {
        Line(head + " {");
        _depth++;
        Line(string.Create(CultureInfo.InvariantCulture, $"access_log logs/{Lines} route;"));
        body();
        _depth--;
        Line("}");
    }

    public void Block(string head, Action body)
    {
        Line(head + " {");
        _depth++;
        body();
        _depth--;
        Line("}");
    }

    public override string ToString() => _text.ToString();
}
