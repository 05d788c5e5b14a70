using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Inventory.ReserveStock;

/// <summary>Settings of reservations, section <c>Inventory</c>.</summary>
public sealed class ReservationOptions
{
    /// <summary>Time for which stock is reserved for an order that is neither paid nor declined, one second to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ReservationTtl { get; init; } = TimeSpan.FromMinutes(15);
}
