namespace Fulfillment.Contracts;

/// <summary>The customer was charged.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who was charged.</param>
/// <param name="PaymentId">Number of the payment.</param>
/// <param name="TransactionId">Transaction of the gateway, <c>TXN-</c> and eight characters.</param>
/// <param name="Amount">Amount that was charged.</param>
/// <param name="PaymentMethod">For example <c>CREDIT_CARD</c>.</param>
public sealed record PaymentCompletedEvent(
    long OrderId, string CustomerId, long PaymentId, string TransactionId, decimal Amount, string PaymentMethod)
    : OrderEvent("PAYMENT_COMPLETED", "payment-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Payment, "payment.completed");
}

/// <summary>The charge was declined; nothing was charged.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who was to be charged.</param>
/// <param name="Amount">Amount that was declined.</param>
/// <param name="Reason">Sentence for people.</param>
/// <param name="ErrorCode">Code of the gateway, for example <c>INSUFFICIENT_FUNDS</c>.</param>
public sealed record PaymentFailedEvent(long OrderId, string CustomerId, decimal Amount, string Reason, string ErrorCode)
    : OrderEvent("PAYMENT_FAILED", "payment-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Payment, "payment.failed");
}

/// <summary>A customer got money back.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who was charged.</param>
/// <param name="PaymentId">Number of the payment.</param>
/// <param name="RefundId">Number of the refund.</param>
/// <param name="Amount">Amount that went back; a part of the payment, or all of it.</param>
/// <param name="ReasonCode">
/// <c>CUSTOMER_REQUESTED</c> or <c>RESERVATION_EXPIRED</c> after the end of an order, <c>MANUAL</c> for a refund through the API.
/// </param>
public sealed record PaymentRefundedEvent(long OrderId, string CustomerId, long PaymentId, long RefundId, decimal Amount, string ReasonCode)
    : OrderEvent("PAYMENT_REFUNDED", "payment-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Payment, "payment.refunded");
}
