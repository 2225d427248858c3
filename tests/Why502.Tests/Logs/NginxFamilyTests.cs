using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

public class NginxFamilyTests
{
    [Theory]
    [InlineData("nginx.service", true)]
    [InlineData("angie.service", true)]
    [InlineData("nginx@shop.service", true)]
    [InlineData("nginx-exporter.service", false)]
    [InlineData("nginx.socket", false)]
    [InlineData("nginx", false)]
    public void Unit_IsOfTheFamilyByItsWholeName(string unit, bool isOfFamily) => Assert.Equal(isOfFamily, NginxFamily.HasUnit(unit));

    [Theory]
    [InlineData("openresty/1.25.3.1", true)]
    [InlineData("Angie/1.8.0", true)]
    [InlineData("Apache/2.4 (not nginx)", false)]
    public void ServerHeader_IsOfTheFamilyByItsBeginning(string header, bool isOfFamily) => Assert.Equal(isOfFamily, NginxFamily.Begins(header));
}
