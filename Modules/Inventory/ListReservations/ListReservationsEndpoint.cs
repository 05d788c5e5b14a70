using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.ListReservations;

/// <summary>A reservation as the API shows it.</summary>
/// <example>
/// { "orderId": 1, "customerId": "CUST-001", "status": "COMMITTED", "reasonCode": null, "failedProductId": null,
///   "createdAt": "2026-01-15T09:30:00.000Z", "updatedAt": "2026-01-15T09:30:00.000Z",
///   "items": [{ "productId": "PROD-002", "quantity": 1 }] }
/// </example>
public sealed record ReservationView(
    long OrderId, string CustomerId, ReservationStatus Status, string? ReasonCode, string? FailedProductId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<ReservedLine> Items);

/// <summary>One line of a reservation.</summary>
public sealed record ReservedLine(string ProductId, int Quantity);

public sealed class ListReservationsEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/inventory/reservations", ListAsync).WithTags("Inventory")
        .WithSummary("List reservations").WithDescription("Newest first.").Produces<ReservationView[]>()
        .WithQuery("orderId", "Of one order.").WithQuery("status", "ACTIVE, COMMITTED, RELEASED, EXPIRED or REJECTED.");

    private static async Task<IResult> ListAsync(InventoryDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        var order = query.Number("orderId");
        var status = query.Enum<ReservationStatus>("status");
        if (query.Invalid is { } invalid) return invalid;

        var reservations = db.Reservations.AsNoTracking().Where(reservation => reservation.OrderId < before);
        if (order is { } id) reservations = reservations.Where(reservation => reservation.OrderId == id);
        if (status is { } wanted) reservations = reservations.Where(reservation => reservation.Status == wanted);
        var rows = await reservations.OrderByDescending(reservation => reservation.OrderId).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(View)], reservation => reservation.OrderId);
    }

    private static ReservationView View(Reservation r) => new(
        r.OrderId, r.CustomerId, r.Status, r.ReasonCode, r.FailedProductId, r.CreatedAt, r.UpdatedAt,
        [.. r.ProductIds.Zip(r.Quantities, (product, quantity) => new ReservedLine(product, quantity))]);
}
