using Integration.Tests.Fixture;

namespace Integration.Tests.Outages;

internal static class BrokerChecks
{
    /// <summary>An outage sends nothing aside.</summary>
    public static async Task ShouldHaveNoDeadLettersAsync(this TestBroker broker)
    {
        foreach (var module in FulfillmentSystem.Modules)
            (await broker.WaitingAsync($"{module.ToLowerInvariant()}-dead-letter-queue")).ShouldBe(0u, module);
    }

    /// <summary>No queue of an event was left alone, and none is read twice; the counts of the broker are some seconds old.</summary>
    public static Task ShouldHaveOneConsumerPerQueueAsync(this TestBroker broker) => Eventually.Get(
        "one consumer of each queue",
        async () => string.Join(", ", (await broker.ReadAsync("queues/{vhost}")).EnumerateArray()
            .Select(queue => (Name: queue.GetProperty("name").GetString()!, Consumers: queue.GetProperty("consumers").GetInt32()))
            .Where(queue => queue.Name.EndsWith("-queue", StringComparison.Ordinal) && queue.Name != "unrouted-queue"
                && !queue.Name.EndsWith("-dead-letter-queue", StringComparison.Ordinal) && queue.Consumers != 1)),
        others => others.Length == 0);
}
