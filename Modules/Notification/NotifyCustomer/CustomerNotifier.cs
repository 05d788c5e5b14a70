using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Notification.NotifyCustomer;

/// <summary>
/// Notifies customers of events of their orders: records the notifications of an event, then sends them. Sending writes a log line here; it
/// happens once, after the record is committed.
/// </summary>
public sealed partial class CustomerNotifier(
    GroupCommit<NotificationContent, IReadOnlyList<NotificationLog>> notifications, ILogger<CustomerNotifier> logger) :
    IConsumer<PaymentCompletedEvent>, IConsumer<PaymentFailedEvent>, IConsumer<InventoryFailedEvent>,
    IConsumer<OrderCancelledEvent>, IConsumer<ReservationExpiredEvent>, IConsumer<PaymentRefundedEvent>
{
    public Task HandleAsync(PaymentCompletedEvent message, CancellationToken ct) => NotifyAsync(NotificationContent.For(message), ct);

    public Task HandleAsync(PaymentFailedEvent message, CancellationToken ct) => NotifyAsync(NotificationContent.For(message), ct);

    public Task HandleAsync(InventoryFailedEvent message, CancellationToken ct) => NotifyAsync(NotificationContent.For(message), ct);

    public Task HandleAsync(OrderCancelledEvent message, CancellationToken ct) => NotifyAsync(NotificationContent.For(message), ct);

    public Task HandleAsync(ReservationExpiredEvent message, CancellationToken ct) => NotifyAsync(NotificationContent.For(message), ct);

    public Task HandleAsync(PaymentRefundedEvent message, CancellationToken ct) => NotifyAsync(NotificationContent.For(message), ct);

    internal static void Send(ILogger logger, NotificationLog log)
    {
        if (log.Channel == NotificationChannel.Email) EmailSent(logger, log.Recipient, log.Subject, log.Message);
        else SmsSent(logger, log.Recipient, log.Subject, log.Message);
    }

    private async Task NotifyAsync(NotificationContent content, CancellationToken ct)
    {
        var recorded = await notifications.ExecuteAsync(content, ct);
        Failpoint.Hit("notification-after-commit");
        foreach (var log in recorded) Send(logger, log);
    }

    [LoggerMessage(LogLevel.Information, "📧 EMAIL NOTIFICATION SENT:\nTo: {Recipient}\nSubject: {Subject}\n{Text}")]
    private static partial void EmailSent(ILogger logger, string recipient, string subject, string text);

    [LoggerMessage(LogLevel.Information, "📱 SMS NOTIFICATION SENT:\nTo: {Recipient}\n{Subject}\n{Text}")]
    private static partial void SmsSent(ILogger logger, string recipient, string subject, string text);
}
