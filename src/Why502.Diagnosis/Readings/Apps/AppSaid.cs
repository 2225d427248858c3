using System.Text;
using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>What the app's own words mean that nginx passes on ("FastCGI sent in stderr").</summary>
public static class AppSaid
{
    public static AppEventKind? Kind(Incident incident) => Kind(incident.Message);

    public static AppEventKind? Kind(string message) => AppLogReader.Read(Encoding.UTF8.GetBytes(message), "", null)?.Kind;
}
