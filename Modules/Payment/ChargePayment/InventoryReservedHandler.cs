using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Payments.ChargePayment;

/// <summary>Stock is reserved: charge the customer, once, and say how it ended.</summary>
[StickyHandler(Queue)]
public sealed class InventoryReservedHandler(PaymentReader stored, IPaymentGateway gateway, PaymentWriter payments, EventPublisher events)
{
    public const string Queue = "inventory-reserved-queue";

    public async Task Handle(InventoryReservedEvent reserved, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(reserved);
        if (reserved.TotalAmount < 0) throw new InvalidMessageException($"Order {reserved.OrderId} has a negative amount.");

        var payment = await stored.ExecuteAsync(reserved.OrderId, ct) ?? await ChargeAsync(reserved, ct);
        Failpoint.Hit("payment-after-commit");
        await (payment.Status == PaymentStatus.Completed
            ? events.PublishAsync(Completed(reserved, payment, gateway.Method).CausedBy(reserved, payment.EventId, payment.At), ct)
            : events.PublishAsync(Failed(reserved, payment).CausedBy(reserved, payment.EventId, payment.At), ct));
        Failpoint.Hit("payment-after-publish");
    }

    internal static PaymentCompletedEvent Completed(InventoryReservedEvent reserved, StoredPayment payment, string method) =>
        new(reserved.OrderId, reserved.CustomerId, payment.PaymentId, payment.TransactionId, reserved.TotalAmount, method);

    internal static PaymentFailedEvent Failed(InventoryReservedEvent reserved, StoredPayment payment) =>
        new(reserved.OrderId, reserved.CustomerId, reserved.TotalAmount, payment.Reason!, payment.ErrorCode!);

    private async Task<StoredPayment> ChargeAsync(InventoryReservedEvent reserved, CancellationToken ct)
    {
        var charge = new Charge(reserved.OrderId, reserved.CustomerId, reserved.TotalAmount);
        var result = await gateway.ChargeAsync(charge, ct);
        var outcome = DerivedId.From(reserved.EventId, result.Decline is null ? "PAYMENT_COMPLETED" : "PAYMENT_FAILED");
        return await payments.ExecuteAsync(new NewPayment(charge, gateway.Method, result, outcome), ct);
    }
}
