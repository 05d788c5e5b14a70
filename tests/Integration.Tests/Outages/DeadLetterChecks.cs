using Fulfillment.Integration.Tests.Fixture;

namespace Fulfillment.Integration.Tests.Outages;

internal static class DeadLetterChecks
{
    /// <summary>An outage sends nothing aside.</summary>
    public static async Task ShouldHaveNoDeadLettersAsync(this Broker broker)
    {
        foreach (var module in FulfillmentSystem.Modules)
            (await broker.WaitingAsync($"{module.ToLowerInvariant()}-dead-letter-queue")).ShouldBe(0u, module);
    }
}
