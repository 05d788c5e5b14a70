namespace Fulfillment.Payments;

/// <summary>What the gateway is asked for. The order is the idempotency key: asking twice charges once.</summary>
public sealed record Charge(long OrderId, string CustomerId, decimal Amount);

/// <summary>What the gateway answered.</summary>
/// <param name="TransactionId"><c>TXN-</c> and eight characters.</param>
/// <param name="Decline">Null when the customer was charged.</param>
public sealed record ChargeResult(string TransactionId, Decline? Decline);

/// <summary>Why a charge was declined.</summary>
public sealed record Decline(string ErrorCode, string Reason);

/// <summary>Money that is to go back. The number of the refund is the idempotency key: asking twice refunds once.</summary>
/// <param name="RefundId">Number of the refund.</param>
/// <param name="TransactionId">Transaction of the charge.</param>
/// <param name="Amount">Amount, at most what was charged.</param>
public sealed record RefundOrder(long RefundId, string TransactionId, decimal Amount);

/// <summary>The company that moves the money. It lives outside of this system, which is why it is an interface.</summary>
public interface IPaymentGateway
{
    /// <summary>Name of the way to pay, for example CREDIT_CARD.</summary>
    string Method { get; }

    /// <summary>Charges a customer. The same order gets the same answer again.</summary>
    Task<ChargeResult> ChargeAsync(Charge charge, CancellationToken ct);

    /// <summary>Gives money back and returns the transaction. The same refund gets the same answer again.</summary>
    Task<string> RefundAsync(RefundOrder refund, CancellationToken ct);
}
