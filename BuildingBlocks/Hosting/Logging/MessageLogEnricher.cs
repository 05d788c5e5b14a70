using Fulfillment.Core;
using Serilog.Core;
using Serilog.Events;

namespace Fulfillment.Hosting.Logging;

/// <summary>Adds module, orderId, eventId and correlationId to log lines.</summary>
internal sealed class MessageLogEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (MessageLogContext.Current is not { } context) return;
        if (context.Module is not null) logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("module", context.Module));
        if (context.OrderId is { } order) logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("orderId", order));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("eventId", context.EventId));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("correlationId", context.CorrelationId));
    }
}
