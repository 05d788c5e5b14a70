using Fulfillment.Notification.ListNotifications;

namespace Fulfillment.Notification;

/// <summary>Example responses of the API description.</summary>
internal static class Examples
{
    public static NotificationView Notification { get; } = new(
        1, new Guid("c0a7d6e4-51b8-8f3a-9d20-7be4a1865f90"), 1, "CUST-001", NotificationChannel.Email, "cust-001@example.com",
        "Order #1 - Payment Successful!", "Your payment of $29.99 was successful.",
        new DateTimeOffset(2026, 1, 15, 9, 30, 0, 190, TimeSpan.Zero));
}
