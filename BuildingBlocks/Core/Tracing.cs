using System.Diagnostics;

namespace Fulfillment.Core;

/// <summary>Spans of work that only this system knows about. Without an exporter there is no listener, and no span is created.</summary>
internal static class Tracing
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Fulfillment";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>An event is being published; its receiver continues the trace.</summary>
    /// <param name="routingKey">Its routing key.</param>
    /// <param name="cause">W3C trace context of its cause, if there is one.</param>
    public static Activity? Publish(string routingKey, string? cause) =>
        cause is not null && Source.HasListeners() ? Source.StartActivity($"publish {routingKey}", ActivityKind.Producer, cause) : null;

    /// <summary>Work that several callers share: it is part of the first one's trace, and the others are linked.</summary>
    /// <param name="name">Name of the work.</param>
    /// <param name="callers">Contexts of the callers; those that have none are left out.</param>
    public static Activity? Share(string name, IEnumerable<ActivityContext> callers)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext[] traced = [.. callers.Where(caller => caller != default)];
        return traced.Length == 0
            ? null
            : Source.StartActivity(
                name, ActivityKind.Internal, traced[0], links: traced.Skip(1).Select(caller => new ActivityLink(caller)));
    }
}
