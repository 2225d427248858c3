using System.Reflection;
using System.Text.Json.Serialization;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A record of a diagnosis holds every question and every fact: one that is not declared ends the run that meets it.</summary>
public sealed class QuestionTypesTests
{
    [Theory]
    [InlineData(typeof(Question))]
    [InlineData(typeof(Fact))]
    public void EveryType_CanBeRecorded(Type family)
    {
        var declared = family.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(attribute => attribute.DerivedType).ToHashSet();

        Assert.Empty(family.Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsSubclassOf(family) && !declared.Contains(type)).Select(type => type.Name));
    }
}
