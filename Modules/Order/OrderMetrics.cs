using System.Diagnostics.Metrics;
using System.Text.Json;
using Fulfillment.Core;

namespace Fulfillment.Order;

/// <summary>Counts this process's work on orders.</summary>
public sealed class OrderMetrics
{
    // Nearly all orders end within a second; a longer duration means that a dependency is unavailable.
    private static readonly double[] Seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
    private readonly Counter<long> _orders;
    private readonly Histogram<double> _duration;

    public OrderMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(Telemetry.MeterName);
        _orders = meter.CreateCounter<long>("fulfillment_orders_total", description: "Orders that have reached a status.");
        _duration = meter.CreateHistogram(
            "fulfillment_order_duration_seconds", description: "Time from the placing of an order to its end.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        foreach (var status in Enum.GetValues<OrderStatus>()) _orders.Add(0, Tag(status));
    }

    /// <summary>An order has reached a status.</summary>
    /// <param name="status">The status.</param>
    /// <param name="age">Time since it was placed.</param>
    public void Reached(OrderStatus status, TimeSpan age)
    {
        _orders.Add(1, Tag(status));
        if (status.IsTerminal()) _duration.Record(Math.Max(age.TotalSeconds, 0), Tag(status));
    }

    private static KeyValuePair<string, object?> Tag(OrderStatus status) =>
        new("status", JsonNamingPolicy.SnakeCaseUpper.ConvertName(status.ToString()));
}
