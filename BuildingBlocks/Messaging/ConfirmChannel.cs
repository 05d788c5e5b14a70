using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Fulfillment.Messaging;

/// <summary>
/// A channel with publisher confirms, opened on first use. A publish to an exchange that does not exist closes it; it is
/// replaced at the next use, not recovered.
/// </summary>
internal sealed class ConfirmChannel(BrokerConnection connection, IOptions<RabbitMqOptions> options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IChannel? _channel;

    /// <summary>The open channel; it is opened within <see cref="RabbitMqOptions.PublishTimeout"/>.</summary>
    public async ValueTask<IChannel> GetAsync(CancellationToken ct)
    {
        if (_channel is { IsOpen: true } open) return open;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Value.PublishTimeout);
        await _opening.WaitAsync(limit.Token);
        try
        {
            if (_channel is { IsOpen: true } opened) return opened;
            var closed = _channel;
            _channel = null;
            if (closed is not null) await closed.DisposeAsync();
            return _channel = await connection.OpenChannelAsync(
                new CreateChannelOptions(
                    publisherConfirmationsEnabled: true,
                    publisherConfirmationTrackingEnabled: true,
                    outstandingPublisherConfirmationsRateLimiter: new ThrottlingRateLimiter(options.Value.PublisherWindow)),
                limit.Token);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null) await _channel.DisposeAsync();
        _opening.Dispose();
    }
}
