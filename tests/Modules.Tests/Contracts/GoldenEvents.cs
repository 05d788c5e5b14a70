using Fulfillment.Contracts;
using Fulfillment.Messaging;

namespace Modules.Tests.Contracts;

/// <summary>One event of each type, whose JSON is pinned by the files in Golden.</summary>
internal static class GoldenEvents
{
    private static readonly DateTimeOffset At = new(2026, 1, 15, 22, 43, 6, 789, TimeSpan.Zero);

    private static readonly List<OrderLine> Lines =
        [new("PROD-001", "Café \"Lamp\" <A&B>", 2, 29.99m), new("PROD-002", "Table 💡", 10_000, 1_000_000m)];

    private static readonly List<ReleasedLine> Released = [new("PROD-001", 2), new("PROD-002", 10_000)];

    private static readonly OrderCreatedEvent Created =
        new OrderCreatedEvent(1, "CUST-001", Lines, 10_000_000_059.98m).WithNewCorrelation(Id(1), At);

    private static readonly InventoryReservedEvent Reserved =
        new InventoryReservedEvent(1, "CUST-001", Lines, 10_000_000_059.98m).WithCausation(Created, Id(2), At);

    /// <summary>Each event with the name of its file and the message that is published for it.</summary>
    public static IReadOnlyDictionary<string, (BaseEvent Event, OutgoingMessage Message)> All { get; } =
        new Dictionary<string, (BaseEvent, OutgoingMessage)>
        {
            ["order-created"] = Publish(Created),
            ["inventory-reserved"] = Publish(Reserved),
            ["inventory-failed"] = Publish(new InventoryFailedEvent(
                long.MaxValue, "CUST-001", "Not enough stock of product PROD-002", "PROD-002", "OUT_OF_STOCK")
                .WithCausation(Created, Id(3), At)),
            ["payment-completed"] = Publish(
                new PaymentCompletedEvent(1, "CUST-001", 42, "TXN-0123ABCD", 59.90m, "CREDIT_CARD").WithCausation(Reserved, Id(4), At)),
            ["payment-failed"] = Publish(
                new PaymentFailedEvent(1, "CUST-001", 59m, "Insufficient funds", "INSUFFICIENT_FUNDS").WithCausation(Reserved, Id(5), At)),
            ["inventory-committed"] = Publish(new InventoryCommittedEvent(1, "CUST-001").WithCausation(Created, Id(7), At)),
            ["inventory-released"] = Publish(
                new InventoryReleasedEvent(1, "CUST-001", Released, "PAYMENT_DECLINED").WithCausation(Created, Id(8), At)),
            ["reservation-expired"] = Publish(
                new ReservationExpiredEvent(1, "CUST-001", Released, "RESERVATION_EXPIRED").WithNewCorrelation(Id(9), At, Id(1))),
            ["order-cancelled"] = Publish(
                new OrderCancelledEvent(1, "CUST-001", "Changed my mind", "CUSTOMER_REQUESTED").WithNewCorrelation(Id(10), At, Id(1))),
            ["payment-refunded"] = Publish(
                new PaymentRefundedEvent(1, "CUST-001", 42, 7, 59.90m, "CUSTOMER_REQUESTED").WithNewCorrelation(Id(11), At, Id(1))),
            ["product-import"] = Publish(new ImportChunkDueEvent(long.MaxValue, 3).WithNewCorrelation(Id(6), At)),
        };

    private static (BaseEvent, OutgoingMessage) Publish<TEvent>(TEvent @event)
        where TEvent : BaseEvent, IRoutedEvent => (@event, OutgoingMessage.From(@event));

    private static Guid Id(int number) => new($"019b3c1e-7a10-7c4e-9f00-{number:D12}");
}
