using Fulfillment.Core;
using Serilog.Core;
using Serilog.Events;

namespace Fulfillment.Hosting.Logging;

/// <summary>Adds module, orderId, eventId and correlationId to log lines.</summary>
internal sealed class MessageLogEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (MessageLogContext.Current is not { } flow) return;
        if (flow.Module is not null) logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("module", flow.Module));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("orderId", flow.OrderId));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("eventId", flow.EventId));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("correlationId", flow.CorrelationId));
    }
}
