using Fulfillment.Core;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Fulfillment.Messaging;

/// <summary>
/// Publishes a message to one queue of a module: dead letters, and their replays. It is persistent and confirmed, and a queue that
/// does not exist is an error, where the broker would otherwise drop the message and confirm it.
/// </summary>
public sealed class QueuePublisher(BrokerConnection connection, Topology topology, IOptions<RabbitMqOptions> options) : IAsyncDisposable
{
    private readonly ConfirmChannel _channel = new(connection, options);

    /// <summary>Publishes a message and waits until the broker has it.</summary>
    /// <exception cref="PublishFailedException">
    /// The queue does not exist, or the broker did not confirm in time or could not be reached.
    /// </exception>
    public async Task PublishAsync(string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(properties);
        try
        {
            var exchange = topology.ExchangeTo(queue) ?? throw new InvalidOperationException("no module has such a queue");
            var channel = await _channel.GetAsync(ct);
            await channel.BasicPublishAsync(exchange, queue, mandatory: true, properties, body, ct)
                .AsTask().WaitAsync(options.Value.PublishTimeout, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new PublishFailedException($"Message {properties.MessageId} was not taken by {queue}: {e.Message}", e);
        }
    }

    /// <summary>Closes the channel.</summary>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();
}
