using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Declares every exchange, queue and binding of the system. Repeating it changes nothing.</summary>
public sealed class TopologyDeclarer(BrokerConnection connection, Topology topology, IOptions<RabbitMqOptions> options)
{
    // RabbitMQ 4 gives quorum queues a delivery limit of 20. A consumer that crashes with a full prefetch counts one delivery
    // against each of its messages, so a small limit would dead-letter innocent ones.
    private const int DeliveryLimit = 1_000_000;

    /// <summary>Declares the topology.</summary>
    /// <exception cref="ConfigurationException">A queue or exchange exists with other properties.</exception>
    public async Task DeclareAsync(CancellationToken ct = default)
    {
        await using var channel = await connection.OpenChannelAsync(ct: ct);
        try
        {
            await DeclareAsync(channel, ct);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new ConfigurationException(
                $"RabbitMq: a queue or exchange exists with other properties than this version declares ({e.ShutdownReason.ReplyText}). "
                + "Delete it when it is empty, or set RabbitMq__QueueType to the type it has (Quorum or Classic).");
        }
    }

    private async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        await channel.ExchangeDeclareAsync(Topology.UnroutedExchange, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await channel.QueueDeclareAsync(Topology.UnroutedQueue, true, false, false, QueueArguments(deadLetterQueue: null), cancellationToken: ct);
        await channel.QueueBindAsync(Topology.UnroutedQueue, Topology.UnroutedExchange, "", cancellationToken: ct);

        foreach (var exchange in Topology.TopicExchanges)
        {
            await channel.ExchangeDeclareAsync(
                exchange, ExchangeType.Topic, durable: true,
                arguments: new Dictionary<string, object?> { ["alternate-exchange"] = Topology.UnroutedExchange }, cancellationToken: ct);
        }

        foreach (var module in topology.Modules)
        {
            await channel.QueueDeclareAsync(module.DeadLetterQueue, true, false, false, QueueArguments(deadLetterQueue: null), cancellationToken: ct);
            foreach (var (queue, _, route, _) in module.Subscriptions)
            {
                await channel.QueueDeclareAsync(queue, true, false, false, QueueArguments(module.DeadLetterQueue), cancellationToken: ct);
                await channel.QueueBindAsync(queue, route.Exchange, route.RoutingKey, cancellationToken: ct);
            }
        }
    }

    private Dictionary<string, object?> QueueArguments(string? deadLetterQueue)
    {
        var quorum = options.Value.QueueType == DeclaredQueueType.Quorum;
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = quorum ? "quorum" : "classic" };
        if (quorum) arguments["x-delivery-limit"] = DeliveryLimit;
        if (deadLetterQueue is null) return arguments;
        arguments["x-dead-letter-exchange"] = "";
        arguments["x-dead-letter-routing-key"] = deadLetterQueue;
        return arguments;
    }
}
