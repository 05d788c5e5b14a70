using Fulfillment.Contracts;
using Fulfillment.Messaging;

namespace Modules.Tests.Messaging;

public sealed class EventMetadataTests
{
    private static readonly Guid First = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000001");
    private static readonly Guid Second = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000002");
    private static readonly Guid Third = Guid.Parse("019b3c1e-7a10-7c4e-9f00-000000000003");
    private static readonly DateTimeOffset At = new(2026, 1, 15, 23, 43, 6, 789, TimeSpan.FromHours(1));

    [Fact]
    public void An_event_without_a_cause_is_its_own_correlation()
    {
        var started = Created().WithNewCorrelation(First, At);

        (started.EventId, started.CorrelationId, started.CausationId).ShouldBe((First, First, null));
    }

    [Fact]
    public void An_outcome_names_its_cause_and_keeps_its_correlation()
    {
        var cause = Created().WithNewCorrelation(First, At);
        var outcome = Reserved().WithCausation(cause, Second, At);
        var further = Reserved().WithCausation(outcome, Third, At);

        (outcome.EventId, outcome.CorrelationId, outcome.CausationId).ShouldBe((Second, First, First));
        (further.EventId, further.CorrelationId, further.CausationId).ShouldBe((Third, First, Second));
    }

    [Fact]
    public void A_foreign_event_without_correlation_becomes_the_correlation()
    {
        var foreign = Created() with { EventId = First };

        Reserved().WithCausation(foreign, Second, At).CorrelationId.ShouldBe(First);
    }

    [Fact]
    public void Times_are_stamped_in_UTC()
    {
        var stamped = Created().WithNewCorrelation(First, At);

        stamped.Timestamp.ShouldBe(At);
        stamped.Timestamp.Offset.ShouldBe(TimeSpan.Zero);
        stamped.OccurredAt!.Value.ShouldBe(At);
        stamped.OccurredAt.Value.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void What_the_event_says_is_left_as_it_is()
    {
        var stamped = Created().WithNewCorrelation(First, At);

        (stamped with { EventId = default, Timestamp = default, OccurredAt = null, CorrelationId = null }).ShouldBe(Created());
    }

    private static readonly OrderLine[] Lines = [new("PROD-1", "Lamp", 2, 29.99m)];

    private static OrderCreatedEvent Created() => new(1, "CUST-1", Lines, 59.98m);

    private static InventoryReservedEvent Reserved() => new(1, "CUST-1", Lines, 59.98m);
}
