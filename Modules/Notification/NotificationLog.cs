namespace Fulfillment.Notification;

/// <summary>How a customer is reached.</summary>
public enum NotificationChannel
{
    Email,

    Sms,
}

/// <summary>A message to a customer; one per event and channel.</summary>
public sealed class NotificationLog
{
    public long Id { get; init; }

    public Guid EventId { get; init; }

    public long OrderId { get; init; }

    public required string CustomerId { get; init; }

    public NotificationChannel Channel { get; init; }

    public required string Recipient { get; init; }

    public required string Subject { get; init; }

    public required string Message { get; init; }

    public DateTimeOffset SentAt { get; init; }
}
