using Serilog.Core;
using Serilog.Events;

namespace Fulfillment.BuildingBlocks.Observability;

/// <summary>The order that the current work is about; it is attached to every log line of that work.</summary>
public sealed record Flow(string? Module, long OrderId, Guid EventId, Guid CorrelationId)
{
    private static readonly AsyncLocal<Flow?> Ambient = new();

    /// <summary>The flow of the current asynchronous work, if there is one.</summary>
    public static Flow? Current => Ambient.Value;

    /// <summary>Sets the flow for the rest of the calling asynchronous method and what it calls.</summary>
    public static void Enter(string? module, long orderId, Guid eventId, Guid correlationId) =>
        Ambient.Value = new Flow(module, orderId, eventId, correlationId);
}

/// <summary>Adds module, orderId, eventId and correlationId to log lines.</summary>
internal sealed class FlowEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (Flow.Current is not { } flow) return;
        if (flow.Module is not null) logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("module", flow.Module));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("orderId", flow.OrderId));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("eventId", flow.EventId));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("correlationId", flow.CorrelationId));
    }
}
