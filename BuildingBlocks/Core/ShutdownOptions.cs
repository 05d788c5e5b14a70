using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Core;

/// <summary>
/// How a process stops, section <c>Shutdown</c>. From SIGTERM to its end a process takes less than 30 seconds. Messages get at
/// most ten seconds, of which <see cref="Delay"/> is a part. Requests and background work then get <see cref="HostTimeout"/>.
/// Connections are closed in the rest.
/// </summary>
public sealed class ShutdownOptions
{
    /// <summary>
    /// How long HTTP still answers after SIGTERM while <c>/health/ready</c> is 503, so that load balancers notice; 0-10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = "must be from 00:00:00 to 00:00:10")]
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// The same for the first of several replicas that stop at the same moment, 0-10 s. The other replicas answer until it is
    /// back, for <see cref="TurnTimeout"/> at most. When it is not set, all of them wait for <see cref="Delay"/>, because
    /// replicas that stop one by one need no more.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = "must be from 00:00:00 to 00:00:10")]
    public TimeSpan? FirstDelay { get; init; }

    /// <summary>How long requests and background work may take to finish.</summary>
    internal static TimeSpan HostTimeout { get; } = TimeSpan.FromSeconds(12);

    /// <summary>How long listeners may take to finish the messages that they handle.</summary>
    internal static TimeSpan DrainTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a replica waits for the one that stopped first; <see cref="Deadline"/> leaves six seconds for requests.</summary>
    internal static TimeSpan TurnTimeout { get; } = TimeSpan.FromSeconds(22);

    /// <summary>When the process ends in any case: its remaining work would not survive an orchestrator's SIGKILL either.</summary>
    internal static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(28);
}
