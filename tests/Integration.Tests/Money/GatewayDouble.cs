using System.Collections.Concurrent;
using Fulfillment.Payment;

namespace Integration.Tests.Money;

/// <summary>A gateway whose answers a test decides. It remembers what it was asked.</summary>
internal sealed class GatewayDouble : IPaymentGateway
{
    public string Method => "CREDIT_CARD";

    public ConcurrentQueue<Charge> Charges { get; } = new();

    public ConcurrentQueue<RefundOrder> Refunds { get; } = new();

    public Func<Charge, Task<ChargeResult>> OnCharge { get; set; } = charge =>
        Task.FromResult(new ChargeResult($"TXN-{charge.OrderId:X8}", null));

    public Func<RefundOrder, Task<RefundResult>> OnRefund { get; set; } = refund => Task.FromResult(Done(refund));

    public static RefundResult Done(RefundOrder refund) => new($"TXN-{~refund.RefundId & 0xFFFFFFFF:X8}", null);

    public Task<ChargeResult> ChargeAsync(Charge charge, CancellationToken ct)
    {
        Charges.Enqueue(charge);
        return OnCharge(charge).WaitAsync(ct);
    }

    public Task<RefundResult> RefundAsync(RefundOrder refund, CancellationToken ct)
    {
        Refunds.Enqueue(refund);
        return OnRefund(refund).WaitAsync(ct);
    }
}
