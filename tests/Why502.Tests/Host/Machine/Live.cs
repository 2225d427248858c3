using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

/// <summary>Asks a question of the machine that the tests run on.</summary>
internal static class Live
{
    public static async Task<TFact> Ask<TFact>(Question<TFact> question, MachineOptions? options = null)
        where TFact : Fact
    {
        var answer = await new MachineAnswers(options ?? new(), TimeProvider.System).AnswerAsync(question, CancellationToken.None);
        Assert.Null(answer.Unobserved);
        return Assert.IsType<TFact>(answer.Fact);
    }
}
