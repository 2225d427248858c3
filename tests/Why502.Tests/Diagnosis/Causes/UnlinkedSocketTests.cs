using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A socket's file is removed while its server listens on.</summary>
public sealed class UnlinkedSocketTests
{
    [Fact]
    public void FileRemovedUnderAListener_IsMissing_AndItsServerIsStartedAnew()
    {
        var found = Run(scene => scene.Listens("unix:/run/app/u.sock", "uwsgi", 812).NoSocket("/run/app/u.sock"));
        Assert.Equal("socket-missing", found.Cause.Id);
        Assert.Contains("was removed while uwsgi[812] listens on it", found.Title, StringComparison.Ordinal);
        Assert.Contains("uwsgi[812] anew", found.Fix!.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void FileOfAServerThatIsNotThere_IsMissing()
        => Assert.Contains("does not exist", Run(scene => scene.NoSocket("/run/app/u.sock")).Title, StringComparison.Ordinal);

    private static Finding Run(Action<Scene> machine)
        => Scene.Run(new Case("", "connect() to unix:/run/app/u.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"uwsgi://unix:/run/app/u.sock:\", host: \"shop.example\"",
            "uwsgi_pass unix:/run/app/u.sock;", machine)).Findings[0];
}
