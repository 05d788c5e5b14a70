using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Core;

/// <summary>
/// How a process stops, section <c>Shutdown</c>. From SIGTERM to the end it takes less than 30 seconds: at most ten to finish messages, which
/// <see cref="Delay"/> is part of, then <see cref="HostTimeout"/> for requests and background work, and the rest to let go of connections.
/// </summary>
public sealed class ShutdownOptions
{
    /// <summary>How long HTTP is still answered after SIGTERM while <c>/health/ready</c> is 503, so that load balancers notice; 0-10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = "must be from 00:00:00 to 00:00:10")]
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// The same for the first of several replicas that are told to stop at the same moment, 0-10 s: the others answer until it is back, for
    /// <see cref="TurnTimeout"/> at most. Not set, all of them wait for <see cref="Delay"/>, because replicas that stop one by one need no more.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = "must be from 00:00:00 to 00:00:10")]
    public TimeSpan? FirstDelay { get; init; }

    /// <summary>How long requests and background work may take to finish.</summary>
    public static TimeSpan HostTimeout { get; } = TimeSpan.FromSeconds(12);

    /// <summary>How long listeners may take to finish what they handle.</summary>
    internal static TimeSpan DrainTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a replica waits for the one that stopped first; leaves six seconds of <see cref="Deadline"/> for requests.</summary>
    internal static TimeSpan TurnTimeout { get; } = TimeSpan.FromSeconds(22);

    /// <summary>When the process ends, whatever still holds it: nothing that it holds would survive an orchestrator's SIGKILL either.</summary>
    internal static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(28);
}
