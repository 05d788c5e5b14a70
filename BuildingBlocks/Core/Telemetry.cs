namespace Fulfillment.Core;

/// <summary>Names under which this system is seen in metrics.</summary>
public static class Telemetry
{
    /// <summary>Name of the meter of everything that this system measures itself.</summary>
    public const string MeterName = "Fulfillment";
}
