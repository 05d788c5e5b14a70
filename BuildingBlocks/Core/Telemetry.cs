namespace Fulfillment.Core;

/// <summary>Names of this system in metrics.</summary>
public static class Telemetry
{
    /// <summary>Name of the meter of everything that this system measures itself.</summary>
    public const string MeterName = "Fulfillment";
}
