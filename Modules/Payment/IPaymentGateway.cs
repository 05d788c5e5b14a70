using Fulfillment.Core;

namespace Fulfillment.Payment;

/// <summary>A charge. The order is the idempotency key: asking twice charges once.</summary>
public sealed record Charge(long OrderId, string CustomerId, decimal Amount);

/// <summary>The gateway's answer to a charge.</summary>
/// <param name="TransactionId"><c>TXN-</c> and eight characters.</param>
/// <param name="Decline">Null when the customer was charged.</param>
public sealed record ChargeResult(string TransactionId, Decline? Decline);

/// <summary>The reason of a declined charge or refund.</summary>
public sealed record Decline(string ErrorCode, string Reason);

/// <summary>A refund. Its number is the idempotency key: asking twice refunds once.</summary>
/// <param name="RefundId">Number of the refund.</param>
/// <param name="TransactionId">Transaction of the charge.</param>
/// <param name="Amount">Amount, more than 0 and at most the charged amount.</param>
public sealed record RefundOrder(long RefundId, string TransactionId, decimal Amount);

/// <summary>The gateway's answer to a refund.</summary>
/// <param name="TransactionId">Transaction of the refund.</param>
/// <param name="Decline">Null when the money goes back.</param>
public sealed record RefundResult(string TransactionId, Decline? Decline);

/// <summary>
/// The company that moves the money. It is outside of this system, which is the reason for the interface. A result is definite: the money
/// has moved, or it was declined and has not. An indefinite outcome is an exception.
/// </summary>
public interface IPaymentGateway
{
    /// <summary>Name of the payment method, for example CREDIT_CARD.</summary>
    string Method { get; }

    /// <summary>Charges a customer. The same order gets the same answer again.</summary>
    /// <exception cref="PaymentGatewayUnavailableException">
    /// There is no definite answer: no connection, a timeout, an error of the gateway, or an unreadable answer. The customer may have been
    /// charged. The same charge is requested again until there is an answer.
    /// </exception>
    Task<ChargeResult> ChargeAsync(Charge charge, CancellationToken ct);

    /// <summary>Gives money back. The same refund gets the same answer again, unless it was declined: then it may succeed later.</summary>
    /// <exception cref="PaymentGatewayUnavailableException">There is no definite answer. The same refund is requested again.</exception>
    Task<RefundResult> RefundAsync(RefundOrder refund, CancellationToken ct);
}

/// <summary>The payment gateway gave no definite answer. Asking again with the same key is safe.</summary>
/// <param name="message">Description of the failure.</param>
/// <param name="innerException">The exception of the gateway's client, if any.</param>
public sealed class PaymentGatewayUnavailableException(string message, Exception? innerException = null)
    : TransientException(message, innerException);
