using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Notification.ListNotifications;

/// <summary>A notification as the API shows it.</summary>
/// <example>
/// { "id": 1, "eventId": "c0a7d6e4-51b8-8f3a-9d20-7be4a1865f90", "orderId": 1, "customerId": "CUST-001", "channel": "EMAIL",
///   "recipient": "cust-001@example.com", "subject": "Order #1 - Payment Successful!",
///   "message": "Your payment of $29.99 was successful.", "sentAt": "2026-01-15T09:30:00.190Z" }
/// </example>
public sealed record NotificationView(
    long Id, Guid EventId, long OrderId, string CustomerId, NotificationChannel Channel, string Recipient, string Subject, string Message,
    DateTimeOffset SentAt)
{
    public static NotificationView From(NotificationLog l)
    {
        ArgumentNullException.ThrowIfNull(l);
        return new NotificationView(l.Id, l.EventId, l.OrderId, l.CustomerId, l.Channel, l.Recipient, l.Subject, l.Message, l.SentAt);
    }
}

public sealed class NotificationEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/notifications", ListAsync).WithTags("Notifications")
            .WithSummary("List notifications").WithDescription("Newest first.").Produces<NotificationView[]>()
            .WithQuery("orderId", "Of one order.").WithQuery("channel", "EMAIL or SMS.");
        app.MapGet("/api/notifications/{id:long}", GetAsync).WithTags("Notifications")
            .WithSummary("Show a notification").WithDescription("With an ETag; If-None-Match is answered with 304.")
            .Produces<NotificationView>();
    }

    private static async Task<IResult> ListAsync(NotificationDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        var order = query.Number("orderId");
        var channel = query.Enum<NotificationChannel>("channel");
        if (query.Invalid is { } invalid) return invalid;

        var logs = db.Notifications.AsNoTracking().Where(log => log.Id < before);
        if (order is { } id) logs = logs.Where(log => log.OrderId == id);
        if (channel is { } wanted) logs = logs.Where(log => log.Channel == wanted);
        var rows = await logs.OrderByDescending(log => log.Id).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(NotificationView.From)], log => log.Id);
    }

    private static async Task<IResult> GetAsync(long id, NotificationDbContext db, HttpContext http, CancellationToken ct)
    {
        var log = await db.Notifications.AsNoTracking().FirstOrDefaultAsync(l => l.Id == id, ct);
        return log is null
            ? Problems.NotFound($"There is no notification {id}.")
            : ETags.Answer(http, NotificationView.From(log), log.SentAt);
    }
}
