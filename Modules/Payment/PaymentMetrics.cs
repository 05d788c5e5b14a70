using System.Diagnostics.Metrics;
using Fulfillment.Core;

namespace Fulfillment.Payment;

/// <summary>Counts this process's work on payments.</summary>
public sealed class PaymentMetrics
{
    private static readonly PaymentStatus[] Outcomes = [PaymentStatus.Completed, PaymentStatus.Failed, PaymentStatus.Refunded];
    private readonly Counter<long> _payments;

    public PaymentMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _payments = meters.Create(Telemetry.MeterName).CreateCounter<long>(
            "fulfillment_payments_total", description: "Answers of the gateway: charges that were completed or failed, and refunds.");
        foreach (var outcome in Outcomes) Count(outcome, 0);
    }

    /// <summary>The gateway has charged, declined or refunded.</summary>
    public void Count(PaymentStatus outcome, int number = 1) =>
        _payments.Add(number, new KeyValuePair<string, object?>("outcome", outcome.ToString().ToUpperInvariant()));
}
