using Fulfillment.Core;

namespace Modules.Tests.Operations;

public sealed class EffectiveSettingsTests
{
    [Theory]
    [InlineData("Uri", "amqp://order:geheim@rabbitmq:5672/", "amqp://order:***@rabbitmq:5672/")]
    [InlineData("Uri", "amqp://order:ge%40he:im@rabbitmq:5672/", "amqp://order:***@rabbitmq:5672/")]
    [InlineData("Uri", "amqp://rabbitmq:5672/", "amqp://rabbitmq:5672/")]
    [InlineData("Order", "Host=db;Username=u;Password=geheim;Port=5432", "Host=db;Username=u;Password=***;Port=5432")]
    [InlineData("Order", "Host=db;Password='ge;heim'", "Host=db;Password=***")]
    [InlineData("Order", "Host=db; pwd = geheim", "Host=db; pwd = ***")]
    [InlineData("ApiToken", "geheim", "***")]
    [InlineData("ClientSecret", "", "")]
    [InlineData("Concurrency", "256", "256")]
    public void Secrets_are_masked_and_nothing_else(string name, string value, string shown) =>
        EffectiveSettings.Mask(name, value).ShouldBe(shown);
}
