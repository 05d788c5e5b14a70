using System.Diagnostics;
using Fulfillment.Contracts;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Modules.Tests.Messaging;

public sealed class OutgoingMessageTests
{
    private static readonly PaymentFailedEvent Event =
        new(7, "CUST-1", 59.98m, "Insufficient funds", "INSUFFICIENT_FUNDS")
        {
            EventId = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000001"),
        };

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
        using var batch = new Npgsql.NpgsqlBatch();

        batch.AddOutbox([message, message with { EventId = Guid.Empty, TraceParent = null }]);

        var columns = batch.BatchCommands[0].Parameters.Select(
            parameter => string.Join('|', ((System.Collections.IEnumerable)parameter.Value!).Cast<object?>()));
        string.Join('\n', columns)
            .ShouldBe($"""
                {message.EventId}|{Guid.Empty}
                PAYMENT_FAILED|PAYMENT_FAILED
                payment.events|payment.events
                payment.failed|payment.failed
                {Text(message)}|{Text(message)}
                trace|
                """);
        var stored = OutboxMessage.From(message, DateTimeOffset.UnixEpoch);
        (stored.EventId, stored.EventType, stored.Exchange, stored.RoutingKey, stored.Body, stored.TraceParent, stored.CreatedAt).ShouldBe(
            (message.EventId, "PAYMENT_FAILED", "payment.events", "payment.failed", Text(message), "trace", DateTimeOffset.UnixEpoch));
    }

    private static string Text(OutgoingMessage message) => System.Text.Encoding.UTF8.GetString(message.Body.Span);
}
