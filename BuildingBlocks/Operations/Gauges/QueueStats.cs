using System.Text.Json;
using Fulfillment.Operations.TopologyChecks;

namespace Fulfillment.Operations.Gauges;

/// <summary>Numbers of a queue; null for a number that the broker does not tell.</summary>
internal sealed record QueueNumbers(long? Messages, long? Consumers, double? PublishPerSecond, double? AckPerSecond);

/// <summary>
/// The queues of this process. The management API has numbers that are some seconds old. Without it AMQP is asked, which knows no
/// rates and counts waiting messages only.
/// </summary>
internal sealed class QueueStats(
    ManagementApi management, BrokerConnection broker, Topology topology, IEnumerable<IModuleDatabase> databases)
{
    /// <summary>Queues of the modules of this process, and the queues that all modules share.</summary>
    public IReadOnlyList<string> Queues { get; } =
    [
        .. topology.DeclaredQueues.Where(queue => queue.Module is null || databases.Any(database => database.Module == queue.Module))
            .Select(queue => queue.Name),
    ];

    /// <summary>
    /// The numbers by the names of the queues; a queue that does not exist is absent. Throws while the broker is unavailable.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, QueueNumbers>> ReadAsync(CancellationToken ct)
    {
        if (management.IsKnown)
        {
            try
            {
                return await management.ReadQueuesAsync(ct);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
            {
                // The broker itself may answer nevertheless.
            }
        }

        var numbers = new Dictionary<string, QueueNumbers>();
        foreach (var queue in Queues)
        {
            await broker.ExistsAsync(
                async channel =>
                {
                    var declared = await channel.QueueDeclarePassiveAsync(queue, ct);
                    numbers[queue] = new QueueNumbers(declared.MessageCount, declared.ConsumerCount, null, null);
                },
                ct);
        }

        return numbers;
    }
}
