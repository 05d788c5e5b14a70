using Fulfillment.Payment.ListPayments;
using Fulfillment.Payment.RefundPayment;
using Fulfillment.Payment.Simulate;

namespace Fulfillment.Payment;

/// <summary>Example bodies and responses of the API description.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset At = new(2026, 1, 15, 9, 30, 0, 160, TimeSpan.Zero);

    public static PaymentView Payment { get; } = new(
        1, 1, "CUST-001", 29.99m, PaymentStatus.Completed, "CREDIT_CARD", "TXN-9F2C41D7", null, null, 0, null, At, At);

    public static TransactionView Transaction { get; } = new(1, "TXN-9F2C41D7", "CHARGE", PaymentStatus.Completed, 29.99m, "Approved", At);

    public static RefundRequest RefundRequest { get; } = new("Scratched", 9.99m);

    public static RefundView Refund { get; } = new(1, 1, 9.99m, RefundStatus.Pending, "MANUAL", "Scratched", null, 0, null, At, At, null);

    public static SimulatorSettings Simulator { get; } = new(0.8, new LatencyRange(20, 150), 5);
}
