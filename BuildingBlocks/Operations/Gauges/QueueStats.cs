using System.Text.Json;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Operations.TopologyChecks;
using Fulfillment.Persistence;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Operations.Gauges;

/// <summary>Numbers of a queue; null for a number that the broker does not tell.</summary>
/// <param name="Messages">Messages in it, waiting or being handled.</param>
/// <param name="Consumers">Listeners, of all processes.</param>
/// <param name="PublishPerSecond">Messages that come in.</param>
/// <param name="AckPerSecond">Messages that are done.</param>
internal sealed record QueueNumbers(long? Messages, long? Consumers, double? PublishPerSecond, double? AckPerSecond);

/// <summary>
/// The queues of this process, at most a second old. The management API has numbers that are some seconds old. Without it AMQP is
/// asked, which knows no rates and counts waiting messages only.
/// </summary>
internal sealed class QueueStats
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly ManagementApi _management;
    private readonly BrokerConnection _broker;
    private readonly SingleFlightCache<IReadOnlyDictionary<string, QueueNumbers>> _recent;

    public QueueStats(
        ManagementApi management, BrokerConnection broker, Topology topology, IEnumerable<IModuleDatabase> databases, TimeProvider time)
    {
        (_management, _broker) = (management, broker);
        var modules = databases.Select(database => database.Module).ToHashSet();
        Queues =
        [
            .. topology.DeclaredQueues.Where(queue => queue.Module is null || modules.Contains(queue.Module))
                .Select(queue => queue.Name),
        ];
        _recent = new SingleFlightCache<IReadOnlyDictionary<string, QueueNumbers>>(Age, _ => ReadAsync(), time);
    }

    /// <summary>Queues of the modules of this process, and the queues that all modules share.</summary>
    public IReadOnlyList<string> Queues { get; }

    /// <summary>
    /// The numbers by the names of the queues; a queue that does not exist is absent. Throws while the broker is unavailable.
    /// </summary>
    public Task<IReadOnlyDictionary<string, QueueNumbers>> GetAsync(CancellationToken ct) => _recent.GetAsync(ct);

    private async Task<IReadOnlyDictionary<string, QueueNumbers>> ReadAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        if (_management.IsKnown)
        {
            try
            {
                return await _management.ReadQueuesAsync(timeout.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
            {
                // The broker itself may answer nevertheless.
            }
        }

        return await ReadByAmqpAsync(timeout.Token);
    }

    private async Task<IReadOnlyDictionary<string, QueueNumbers>> ReadByAmqpAsync(CancellationToken ct)
    {
        var numbers = new Dictionary<string, QueueNumbers>();
        foreach (var queue in Queues)
        {
            // The answer that there is none closes the channel.
            await using var channel = await _broker.OpenChannelAsync(ct: ct);
            try
            {
                var declared = await channel.QueueDeclarePassiveAsync(queue, ct);
                numbers[queue] = new QueueNumbers(declared.MessageCount, declared.ConsumerCount, null, null);
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                // It is absent here as well.
            }
        }

        return numbers;
    }
}
