using System.Collections.Concurrent;
using Fulfillment.Core;
using Serilog.Core;
using Serilog.Events;

namespace Fulfillment.Hosting.Logging;

/// <summary>
/// While a dependency is unavailable, every message in flight fails at every attempt. One line per source and interval says as
/// much as thousands of lines; all messages are retried.
/// </summary>
internal sealed class OutageFilter(TimeProvider time) : ILogEventFilter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, long> _last = new();

    public bool IsEnabled(LogEvent logEvent)
    {
        if (!TransientErrors.Is(logEvent.Exception)) return true;
        var source = logEvent.Properties.TryGetValue(Constants.SourceContextPropertyName, out var value) ? value.ToString() : "";
        var now = time.GetTimestamp();
        var last = _last.GetOrAdd(source, 0);
        return (last == 0 || time.GetElapsedTime(last, now) >= Interval) && _last.TryUpdate(source, now, last);
    }
}
