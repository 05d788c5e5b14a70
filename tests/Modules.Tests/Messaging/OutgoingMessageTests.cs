using System.Diagnostics;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Persistence;
using Fulfillment.Contracts;

namespace Modules.Tests.Messaging;

public sealed class OutgoingMessageTests
{
    private static readonly PaymentFailedEvent Event =
        new(7, "CUST-1", 59.98m, "Insufficient funds", "INSUFFICIENT_FUNDS") { EventId = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000001") };

    [Fact]
    public void A_message_carries_the_identity_and_route_of_its_event()
    {
        var message = OutgoingMessage.From(Event);

        (message.EventId, message.EventType, message.Route)
            .ShouldBe((Event.EventId, "PAYMENT_FAILED", new EventRoute("payment.events", "payment.failed")));
    }

    [Fact]
    public void A_message_belongs_to_the_trace_that_is_current()
    {
        using var trace = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        OutgoingMessage.From(Event).TraceParent.ShouldBe(trace.Id);
    }

    [Fact]
    public void Pending_messages_are_stored_as_they_will_be_sent()
    {
        var message = OutgoingMessage.From(Event) with { TraceParent = "trace" };
        var other = message with { EventId = Guid.NewGuid(), TraceParent = null };

        var columns = OutboxColumns.From([message, other]);

        columns.EventIds.ShouldBe([message.EventId, other.EventId]);
        columns.EventTypes.ShouldBe(["PAYMENT_FAILED", "PAYMENT_FAILED"]);
        columns.Exchanges.ShouldBe(["payment.events", "payment.events"]);
        columns.RoutingKeys.ShouldBe(["payment.failed", "payment.failed"]);
        columns.TraceParents.ShouldBe(["trace", null]);
        System.Text.Encoding.UTF8.GetBytes(columns.Bodies[0]).ShouldBe(message.Body.ToArray());
    }
}
