using Why502.Diagnosis;
using Why502.Host.Probes;
using Xunit;

namespace Why502.Tests.Host.Probes;

/// <summary>One question to the probes, with the fact it must have. Patience is what a busy machine needs, not what a quick one could do with.</summary>
internal static class Ask
{
    public static readonly ProbeLimits Quick = new()
    {
        ConnectPatience = TimeSpan.FromMilliseconds(1500),
        HandshakePatience = TimeSpan.FromSeconds(20),
        LateAlertPatience = TimeSpan.FromMilliseconds(600),
        BodyPatience = TimeSpan.FromMilliseconds(1500),
        StatusPagePatience = TimeSpan.FromMilliseconds(2500),
        DnsPatience = TimeSpan.FromMilliseconds(800),
    };

    public static Task<Answer> ForAnswer(Question question, ProbeLimits? limits = null, CancellationToken cancellation = default)
        => new ProbeAnswers(TimeProvider.System, "testhost", limits ?? Quick).AnswerAsync(question, cancellation);

    public static async Task<TFact> For<TFact>(Question<TFact> question)
        where TFact : Fact
    {
        var answer = await ForAnswer(question);
        Assert.True(answer.Fact is TFact, $"{question.What}: {answer.Unobserved}");
        return (TFact)answer.Fact!;
    }

    public static HttpGet Get(ScriptedServer server, int patienceMs = 3000, string path = "/") => new(server.Address, "http", "app.example", path, "1.1", patienceMs);

    public static string TempPath(string name) => Path.Combine(Directory.CreateTempSubdirectory("why502-test-").FullName, name);
}
