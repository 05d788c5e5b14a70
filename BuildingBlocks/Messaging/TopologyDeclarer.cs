using Fulfillment.Core;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Messaging;

/// <summary>Declares every exchange, queue and binding of the system. Repeating it changes nothing.</summary>
internal sealed class TopologyDeclarer(
    BrokerConnection connection, Topology topology, TopologyReadiness readiness, IOptions<RabbitMqOptions> options)
{
    // RabbitMQ 4 gives quorum queues a delivery limit of 20. A consumer that crashes with a full prefetch counts one delivery
    // against each of its messages, so a small limit would dead-letter innocent ones.
    private const int DeliveryLimit = 1_000_000;

    /// <summary>Declares the topology, after which events may be published.</summary>
    /// <exception cref="ConfigurationException">
    /// A queue or exchange exists with other properties, or the user may not declare it.
    /// </exception>
    public async Task DeclareAsync(CancellationToken ct = default)
    {
        await using var channel = await connection.OpenChannelAsync(ct: ct);
        try
        {
            var version = readiness.Version;
            await DeclareAsync(channel, ct);
            readiness.Complete(version);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new ConfigurationException(
                $"RabbitMq: a queue or exchange exists with other properties than this version declares ({e.ShutdownReason.ReplyText}). "
                + "Delete it when it is empty, or set RabbitMq__QueueType to the type it has (Quorum or Classic).");
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.AccessRefused)
        {
            throw new ConfigurationException(
                $"RabbitMq__Uri: its user may not declare the topology ({e.ShutdownReason.ReplyText}). "
                + "Set RabbitMq__DeclareTopology to false, and run 'dotnet Host.dll migrate' as a user who may.");
        }
    }

    public Dictionary<string, object?> ArgumentsOf(DeclaredQueue queue)
    {
        var quorum = options.Value.QueueType == DeclaredQueueType.Quorum;
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = quorum ? "quorum" : "classic" };
        if (quorum) arguments["x-delivery-limit"] = DeliveryLimit;
        if (queue.DeadLetterQueue is null) return arguments;
        arguments["x-dead-letter-exchange"] = "";
        arguments["x-dead-letter-routing-key"] = queue.DeadLetterQueue;
        return arguments;
    }

    // The queues come first, and each exchange is followed by its bindings at once, the alternate exchange before all
    // others: a publisher that does not wait finds no exchange, rather than one that drops its messages.
    private async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        foreach (var queue in topology.DeclaredQueues)
        {
            await channel.QueueDeclareAsync(
                queue.Name, durable: true, exclusive: false, autoDelete: false, ArgumentsOf(queue), cancellationToken: ct);
        }

        foreach (var exchange in topology.DeclaredExchanges)
        {
            var arguments = exchange.Alternate is null
                ? null
                : new Dictionary<string, object?> { ["alternate-exchange"] = exchange.Alternate };
            await channel.ExchangeDeclareAsync(exchange.Name, exchange.Type, durable: true, arguments: arguments, cancellationToken: ct);
            foreach (var binding in topology.DeclaredBindings.Where(binding => binding.Exchange == exchange.Name))
                await channel.QueueBindAsync(binding.Queue, binding.Exchange, binding.RoutingKey, cancellationToken: ct);
        }
    }
}
