using System.Globalization;
using System.Text;

namespace Why502.Lab.Configuration;

/// <summary>How often the tool and nginx agree. Place and message count where nginx refuses and names a place.</summary>
internal sealed record Agreement(double Verdict, double Place, double Message, string Differences)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"verdict {Verdict:P2}, place {Place:P2}, message {Message:P2}");

    public static Agreement Of(List<string> cases, List<Verdict> expected, List<Verdict> got)
    {
        int verdict = 0, place = 0, message = 0, refused = 0;
        var differences = new StringBuilder();
        for (var i = 0; i < cases.Count; i++)
        {
            var (nginx, tool) = (expected[i], got[i]);
            verdict += nginx.Accepted == tool.Accepted ? 1 : 0;
            refused += nginx.Accepted ? 0 : 1;
            var samePlace = !nginx.Accepted && (nginx.File is null || (nginx.File, nginx.Line) == (tool.File, tool.Line));
            var sameMessage = !nginx.Accepted && tool.Message == nginx.Message;
            place += samePlace ? 1 : 0;
            message += sameMessage ? 1 : 0;
            if (nginx.Accepted != tool.Accepted || (!nginx.Accepted && !(samePlace && sameMessage)))
            {
                differences.Append(CultureInfo.InvariantCulture, $"{cases[i]}\n  nginx: {nginx}\n  tool:  {tool}\n");
            }
        }

        return new Agreement(Share(verdict, cases.Count), Share(place, refused), Share(message, refused), differences.ToString());
    }

    private static double Share(int part, int whole) => whole == 0 ? 1 : (double)part / whole;
}
