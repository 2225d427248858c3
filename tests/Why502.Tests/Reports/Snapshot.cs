using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Why502.Tests.Reports;

/// <summary>Reviewed text beside the test. <c>WHY502_ACCEPT=1 dotnet test</c> writes what is there now; the difference is then part of the review.</summary>
internal static class Snapshot
{
    public static void Check(string name, string actual, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(caller)!, "Snapshots", name);
        if (Environment.GetEnvironmentVariable("WHY502_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual, new UTF8Encoding(false));
        }

        Assert.True(File.Exists(path), $"there is no snapshot {name}; accept it with WHY502_ACCEPT=1");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
