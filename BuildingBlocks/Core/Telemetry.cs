using System.Diagnostics;

namespace Fulfillment.Core;

/// <summary>Metrics and spans of this system. Without an exporter there is no listener, and no span is created.</summary>
public static class Telemetry
{
    /// <summary>Name of the meter of everything that this system measures itself.</summary>
    public const string MeterName = "Fulfillment";

    internal const string SourceName = "Fulfillment";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>An event is being published; its receiver continues the trace of its cause.</summary>
    internal static Activity? Publish(string routingKey, string? cause) =>
        cause is not null && Source.HasListeners() ? Source.StartActivity($"publish {routingKey}", ActivityKind.Producer, cause) : null;

    /// <summary>Work that several callers share: it is part of the first one's trace, and the others are linked.</summary>
    internal static Activity? Share(string work, IEnumerable<ActivityContext> callers)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext[] traced = [.. callers.Where(caller => caller != default)];
        return traced.Length == 0
            ? null
            : Source.StartActivity(
                work, ActivityKind.Internal, traced[0], links: traced.Skip(1).Select(caller => new ActivityLink(caller)));
    }
}
