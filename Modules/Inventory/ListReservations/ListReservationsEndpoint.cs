using Carter;
using Fulfillment.Web;
using Fulfillment.Web.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.ListReservations;

/// <summary>A reservation as the API shows it.</summary>
public sealed record ReservationView(
    long OrderId, string CustomerId, ReservationStatus Status, string? ReasonCode, string? FailedProductId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<ReservedLine> Items);

/// <summary>One line of a reservation.</summary>
public sealed record ReservedLine(string ProductId, int Quantity);

public sealed class ListReservationsEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/inventory/reservations", ListAsync).WithTags("Inventory")
        .Does("List reservations", "Newest first.").Answers<ReservationView[]>([Examples.Reservation]).InPages()
        .Reads("orderId", "Of one order.").Reads("status", "ACTIVE, COMMITTED, RELEASED, EXPIRED or REJECTED.");

    private static async Task<IResult> ListAsync(InventoryDbContext db, HttpRequest request, CancellationToken ct)
    {
        var (page, errors) = Page.Read(request, "orderId", "status");
        var before = page.Before(errors);
        var order = Filters.Number(request, "orderId", errors);
        var status = Filters.Enum<ReservationStatus>(request, "status", errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var reservations = db.Reservations.AsNoTracking().Where(reservation => reservation.OrderId < before);
        if (order is { } id) reservations = reservations.Where(reservation => reservation.OrderId == id);
        if (status is { } wanted) reservations = reservations.Where(reservation => reservation.Status == wanted);
        var rows = await reservations.OrderByDescending(reservation => reservation.OrderId).Take(page.Limit + 1).ToListAsync(ct);
        return page.Answer(request, [.. rows.Select(View)], reservation => reservation.OrderId);
    }

    private static ReservationView View(Reservation r) => new(
        r.OrderId, r.CustomerId, r.Status, r.ReasonCode, r.FailedProductId, r.CreatedAt, r.UpdatedAt,
        [.. r.ProductIds.Zip(r.Quantities, (product, quantity) => new ReservedLine(product, quantity))]);
}
