using Fulfillment.Host;
using Fulfillment.Messaging;

namespace Modules.Tests.Messaging;

public sealed class TopologyTests
{
    private static readonly Topology Topology = ModuleCatalog.Topology;

    [Theory]
    [InlineData("order-created-queue", "Inventory")]
    [InlineData("inventory-reserved-queue", "Payment")]
    [InlineData("payment-failed-queue", "Notification")]
    [InlineData("order-payment-failed-queue", "Order")]
    [InlineData("ORDER-CREATED-QUEUE", null)]
    [InlineData("unrouted-queue", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_queue_is_owned_by_the_module_that_listens_to_it(string? queue, string? module) =>
        (Topology.Find(queue)?.Module.Name).ShouldBe(module);

    [Fact]
    public void Each_module_has_a_dead_letter_queue_of_its_own() =>
        Topology.Modules.Select(module => module.DeadLetterQueue).ShouldBe(
            ["order-dead-letter-queue", "inventory-dead-letter-queue", "payment-dead-letter-queue", "notification-dead-letter-queue"]);
}
