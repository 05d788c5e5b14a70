using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Payment.RefundPayment;
using Fulfillment.Persistence;

namespace Fulfillment.Payment.ChargePayment;

/// <summary>Stock is reserved: charges the customer once, and publishes the outcome.</summary>
public sealed class InventoryReservedHandler(
    GroupCommit<NewCharge, StoredPayment> charges, IPaymentGateway gateway, GroupCommit<ChargeOutcome, StoredPayment> outcomes,
    RefundWorker refunds, EventPublisher events, PaymentMetrics metrics)
    : IConsumer<InventoryReservedEvent>
{
    public async Task HandleAsync(InventoryReservedEvent reserved, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(reserved);
        if (reserved.TotalAmount < 0) throw new InvalidMessageException($"Order {reserved.OrderId} has a negative amount.");

        var charge = new Charge(reserved.OrderId, reserved.CustomerId, reserved.TotalAmount);
        var payment = await charges.ExecuteAsync(new NewCharge(charge, gateway.Method, reserved.CorrelationId ?? reserved.EventId), ct);
        Failpoint.Hit("payment-after-begin");
        if (payment.Status == PaymentStatus.Pending) payment = await ChargeAsync(charge, reserved.EventId, ct);
        Failpoint.Hit("payment-after-commit");
        if (payment.CancelReason is not null) refunds.Wake();
        if (payment.EventId is not { } outcome) return; // The order had ended before it was charged.
        await (payment.Status == PaymentStatus.Failed
            ? events.PublishAsync(Failed(reserved, payment).WithCausation(reserved, outcome, payment.At), ct)
            : events.PublishAsync(Completed(reserved, payment, gateway.Method).WithCausation(reserved, outcome, payment.At), ct));
    }

    internal static PaymentCompletedEvent Completed(InventoryReservedEvent reserved, StoredPayment payment, string method) =>
        new(reserved.OrderId, reserved.CustomerId, payment.PaymentId, payment.TransactionId!, payment.Amount, method);

    internal static PaymentFailedEvent Failed(InventoryReservedEvent reserved, StoredPayment payment) =>
        new(reserved.OrderId, reserved.CustomerId, payment.Amount, payment.Reason!, payment.ErrorCode!);

    private async Task<StoredPayment> ChargeAsync(Charge charge, Guid cause, CancellationToken ct)
    {
        var result = await gateway.ChargeAsync(charge, ct);
        Failpoint.Hit("payment-after-charge");
        var outcome = DeterministicGuid.From(cause, result.Decline is null ? "PAYMENT_COMPLETED" : "PAYMENT_FAILED");
        var payment = await outcomes.ExecuteAsync(new ChargeOutcome(charge.OrderId, result, outcome), ct);
        metrics.Count(result.Decline is null ? PaymentStatus.Completed : PaymentStatus.Failed);
        return payment;
    }
}
