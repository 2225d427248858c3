using Xunit;
using Why502.Nginx.Directives;

namespace Why502.Tests.Nginx.Directives;

public sealed class DirectiveTableTests
{
    [Fact]
    public void EveryLine_IsReadAndTakesSomething() =>
        Assert.All(DirectiveTable.Names.SelectMany(DirectiveTable.Find), form =>
        {
            Assert.NotEqual(DirectiveContexts.None, form.Contexts);
            Assert.NotEqual(ArgumentCounts.None, form.Arguments);
        });

    [Fact]
    public void OneName_MayHaveSeveralForms()
    {
        var forms = DirectiveTable.Find("server");
        Assert.Contains(forms, form => form.IsBlock && form.Contexts.HasFlag(DirectiveContexts.Http));
        Assert.Contains(forms, form => !form.IsBlock && form.Contexts.HasFlag(DirectiveContexts.Upstream));
    }

    [Fact]
    public void UnknownName_HasNoForm() => Assert.Empty(DirectiveTable.Find("proxy_raed_timeout"));
}
