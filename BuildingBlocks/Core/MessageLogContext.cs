namespace Fulfillment.Core;

/// <summary>The message that is being handled; it is attached to every log line of that work.</summary>
public sealed record MessageLogContext(string? Module, long? OrderId, Guid EventId, Guid CorrelationId)
{
    private static readonly AsyncLocal<MessageLogContext?> Ambient = new();

    internal static MessageLogContext? Current => Ambient.Value;

    /// <summary>Sets the log context for the rest of the calling asynchronous method and for the methods that it calls.</summary>
    public static void Enter(string? module, long? orderId, Guid eventId, Guid correlationId) =>
        Ambient.Value = new MessageLogContext(module, orderId, eventId, correlationId);
}
