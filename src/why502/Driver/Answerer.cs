using Why502.Diagnosis;

namespace Why502.Cli.Driver;

/// <summary>Somebody who can answer a kind of question: this machine, its logs, the network, or files that were handed over.</summary>
internal sealed record Answerer(Func<Question, bool> CanAnswer, Func<Question, CancellationToken, Task<Answer>> AnswerAsync);
