using System.Globalization;
using Fulfillment.Contracts;

namespace Fulfillment.Notification.NotifyCustomer;

/// <summary>The content of a customer's notification about an event, before it is addressed to a channel.</summary>
public sealed record NotificationContent(Guid EventId, long OrderId, string CustomerId, string Subject, string Message, bool AlsoBySms)
{
    public static NotificationContent For(PaymentCompletedEvent paid)
    {
        ArgumentNullException.ThrowIfNull(paid);
        return new NotificationContent(
            paid.EventId, paid.OrderId, paid.CustomerId, $"Order #{paid.OrderId} - Payment Successful!",
            $"Thank you for your purchase. {Money(paid.Amount)} were charged ({paid.TransactionId}); "
            + "your order is being prepared for shipment.",
            AlsoBySms: true);
    }

    public static NotificationContent For(PaymentFailedEvent declined)
    {
        ArgumentNullException.ThrowIfNull(declined);
        return new NotificationContent(
            declined.EventId, declined.OrderId, declined.CustomerId, $"Order #{declined.OrderId} - Payment Failed",
            $"Your payment of {Money(declined.Amount)} was declined: {declined.Reason}. Nothing was charged and the order is closed.",
            AlsoBySms: false);
    }

    public static NotificationContent For(InventoryFailedEvent failed)
    {
        ArgumentNullException.ThrowIfNull(failed);
        return new NotificationContent(
            failed.EventId, failed.OrderId, failed.CustomerId, $"Order #{failed.OrderId} - Out of Stock",
            $"We are sorry: {failed.Reason}. Nothing was charged and the order is closed.", AlsoBySms: false);
    }

    public static NotificationContent For(OrderCancelledEvent cancelled)
    {
        ArgumentNullException.ThrowIfNull(cancelled);
        return new NotificationContent(
            cancelled.EventId, cancelled.OrderId, cancelled.CustomerId, $"Order #{cancelled.OrderId} - Cancelled",
            "Your order was cancelled as you wished. If it was charged, the money is on its way back.", AlsoBySms: false);
    }

    public static NotificationContent For(ReservationExpiredEvent expired)
    {
        ArgumentNullException.ThrowIfNull(expired);
        return new NotificationContent(
            expired.EventId, expired.OrderId, expired.CustomerId, $"Order #{expired.OrderId} - Reservation Expired",
            "Your order was not paid in time, so it was cancelled. If it is charged after all, the money goes back.", AlsoBySms: false);
    }

    public static NotificationContent For(PaymentRefundedEvent refunded)
    {
        ArgumentNullException.ThrowIfNull(refunded);
        return new NotificationContent(
            refunded.EventId, refunded.OrderId, refunded.CustomerId, $"Order #{refunded.OrderId} - Refund",
            $"{Money(refunded.Amount)} are on their way back to you.", AlsoBySms: false);
    }

    /// <summary>One notification per channel.</summary>
    public IReadOnlyList<NotificationLog> Address(DateTimeOffset now)
    {
        var email = Log(NotificationChannel.Email, $"{CustomerId.ToLowerInvariant()}@example.com", now);
        return AlsoBySms ? [email, Log(NotificationChannel.Sms, $"mobile of {CustomerId}", now)] : [email];
    }

    private NotificationLog Log(NotificationChannel channel, string recipient, DateTimeOffset now) => new()
    {
        EventId = EventId, OrderId = OrderId, CustomerId = CustomerId, Channel = channel, Recipient = recipient,
        Subject = Subject, Message = Message, SentAt = now,
    };

    private static string Money(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
