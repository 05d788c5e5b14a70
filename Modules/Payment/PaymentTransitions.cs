using Fulfillment.Payment.ChargePayment;

namespace Fulfillment.Payment;

/// <summary>Decides what an event makes of a payment.</summary>
public static class PaymentTransitions
{
    /// <summary>The gateway has answered. The first answer counts.</summary>
    public static StoredPayment Answer(StoredPayment stored, ChargeOutcome outcome, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(outcome);
        return stored.Status != PaymentStatus.Pending
            ? stored
            : Refund(stored with
            {
                Status = outcome.Status, TransactionId = outcome.Result.TransactionId, Reason = outcome.Result.Decline?.Reason,
                ErrorCode = outcome.Result.Decline?.ErrorCode, EventId = outcome.EventId, At = now,
            });
    }

    /// <summary>The order has ended without success. The first reason counts; an order without a payment is never charged.</summary>
    public static StoredPayment Cancel(StoredPayment? stored, long orderId, string reason, DateTimeOffset now) => stored is null
        ? new StoredPayment(orderId, 0, PaymentStatus.Voided, 0, null, null, null, null, now, reason)
        : Refund(stored with { CancelReason = stored.CancelReason ?? reason });

    /// <summary>
    /// Closes a payment that has neither a rest nor an open refund. An order with a total of 0 has a payment of 0, which stays completed
    /// unless the order ends without success.
    /// </summary>
    public static StoredPayment Close(StoredPayment payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return payment is { Status: PaymentStatus.Completed, RefundOpen: false } && payment.RefundedAmount == payment.Amount
            && (payment.Amount > 0 || payment.CancelReason is not null)
            ? payment with { Status = PaymentStatus.Refunded }
            : payment;
    }

    // A refund counts from now on, so that no other refund can take the money a second time.
    private static StoredPayment Refund(StoredPayment payment) => Close(
        payment is { Status: PaymentStatus.Completed, CancelReason: not null, RefundOrdered: false }
            && payment.RefundedAmount < payment.Amount
            ? payment with { RefundedAmount = payment.Amount, RefundOrdered = true, RefundOpen = true }
            : payment);
}
