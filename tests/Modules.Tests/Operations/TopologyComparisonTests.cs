using System.Text.Json;
using Fulfillment.Host;
using Fulfillment.Messaging;
using Fulfillment.Operations.TopologyChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Modules.Tests.Operations;

public sealed class TopologyComparisonTests
{
    private static readonly Topology Declared = ModuleCatalog.Topology;
    private static readonly IOptions<RabbitMqOptions> Settings = Options.Create(new RabbitMqOptions { Uri = "amqp://localhost" });
    private static readonly TopologyReadiness Readiness = new();
    private static readonly TopologyDeclarer Declarer = new(
        new BrokerConnection(Settings, Readiness, NullLogger<BrokerConnection>.Instance), Declared, Readiness, Settings);

    [Fact]
    public void What_is_as_declared_has_no_difference() => Compare(Complete()).ShouldBeEmpty();

    [Fact]
    public void Whatever_is_missing_is_an_error_of_the_module_that_needs_it()
    {
        var actual = Complete();
        var without = actual with
        {
            Exchanges = actual.Exchanges.Where(exchange => exchange.Key != "order.events").ToDictionary(),
            Queues = actual.Queues.Where(queue => queue.Key != "order-created-queue").ToDictionary(),
            Bindings = actual.Bindings!.Where(binding => binding.Queue != "inventory-reserved-queue").ToHashSet(),
        };

        Compare(without).Select(difference => (difference.Kind, difference.Name, difference.Module, difference.IsMissing)).ShouldBe(
        [
            ("exchange", "order.events", null, true), ("queue", "order-created-queue", "Inventory", true),
            ("binding", "inventory.events -> inventory-reserved-queue", "Payment", true),
            ("binding", "payment.queues -> inventory-reserved-queue", "Payment", true),
        ]);
    }

    [Fact]
    public void Other_properties_are_errors_that_say_both()
    {
        var actual = Complete();
        var other = actual with
        {
            Exchanges = new Dictionary<string, ActualExchange?>(actual.Exchanges) { ["order.events"] = new("direct", null) },
            Queues = new Dictionary<string, JsonElement?>(actual.Queues)
            {
                ["order-created-queue"] = Json("""{"x-queue-type":"classic","x-max-length":5}"""),
            },
        };

        var errors = Compare(other).Where(difference => difference is { Severity: DifferenceSeverity.Error, IsMissing: false });
        errors.Select(difference => $"{difference.Name}: {difference.Expected}, {difference.Actual}").ShouldBe(
        [
            "order.events: type topic, type direct", "order.events: alternate exchange unrouted.events, alternate exchange none",
            "order-created-queue: x-queue-type quorum, x-queue-type classic",
            "order-created-queue: x-delivery-limit 1000000, x-delivery-limit none",
            "order-created-queue: x-dead-letter-exchange , x-dead-letter-exchange none",
            "order-created-queue: x-dead-letter-routing-key inventory-dead-letter-queue, x-dead-letter-routing-key none",
            "order-created-queue: x-max-length none, x-max-length 5",
        ]);
    }

    [Fact]
    public void Queues_of_others_are_mentioned_and_those_of_the_broker_are_not()
    {
        var actual = Complete();
        var more = actual with
        {
            Queues = new Dictionary<string, JsonElement?>(actual.Queues) { ["other"] = Json("{}"), ["amq.gen-1"] = Json("{}") },
        };

        Compare(more).ShouldHaveSingleItem()
            .ShouldBe(new TopologyDifference("queue", "other", "not declared", "exists", DifferenceSeverity.Info));
    }

    [Fact]
    public void What_cannot_be_told_is_no_error()
    {
        var actual = Complete();
        var unknown = new ActualTopology(
            actual.Exchanges.ToDictionary(exchange => exchange.Key, _ => (ActualExchange?)null),
            actual.Queues.ToDictionary(queue => queue.Key, _ => (JsonElement?)null), null);

        var difference = Compare(unknown).ShouldHaveSingleItem();
        (difference.Kind, difference.Severity).ShouldBe(("binding", DifferenceSeverity.Info));
        difference.Actual.ShouldContain("unknown");
    }

    private static IReadOnlyList<TopologyDifference> Compare(ActualTopology actual) =>
        [.. TopologyComparison.Differences(Declared, Declarer.ArgumentsOf, actual)];

    private static ActualTopology Complete() => new(
        Declared.DeclaredExchanges.ToDictionary(
            exchange => exchange.Name, exchange => (ActualExchange?)new ActualExchange(exchange.Type, exchange.Alternate)),
        Declared.DeclaredQueues.ToDictionary(
            queue => queue.Name, queue => (JsonElement?)JsonSerializer.SerializeToElement(Declarer.ArgumentsOf(queue))),
        Declared.DeclaredBindings.Select(binding => (binding.Exchange, binding.Queue, binding.RoutingKey)).ToHashSet());

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
