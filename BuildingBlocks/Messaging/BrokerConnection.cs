using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Fulfillment.Messaging;

/// <summary>
/// The process's own connection for publishing and for declaring the topology, opened on first use and again whenever it was closed.
/// Listeners use a connection of their own, so a slow consumer never blocks a publish.
/// </summary>
public sealed class BrokerConnection(IOptions<RabbitMqOptions> options, TopologyReadiness topology, ILogger<BrokerConnection> logger)
    : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<IConnection>? _current;

    /// <summary>Why the broker takes no messages at the moment, for example for lack of memory; null while it does.</summary>
    internal string? BlockedBecause { get; private set; }

    /// <summary>Host and port of the broker, without the password.</summary>
    internal string Address { get; } = new AmqpTcpEndpoint(new Uri(options.Value.Uri)).ToString();

    /// <summary>Opens a channel. Throws the client's exceptions while the broker cannot be reached.</summary>
    internal async Task<IChannel> OpenChannelAsync(CreateChannelOptions? channel = null, CancellationToken ct = default)
    {
        var connection = await GetAsync().WaitAsync(ct);
        return await connection.CreateChannelAsync(channel, ct);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (_current is { } current) await LetGoAsync(current);
    }

    /// <summary>Applies the settings that all connections of a process share.</summary>
    internal static void Configure(ConnectionFactory factory, RabbitMqOptions options, string name)
    {
        factory.Uri = new Uri(options.Uri);
        factory.ClientProvidedName = name;
        factory.AutomaticRecoveryEnabled = true;
        // The listeners are rebuilt when their connection has recovered. Consumers that the client restored would stand beside them.
        factory.TopologyRecoveryEnabled = false;
        factory.NetworkRecoveryInterval = TimeSpan.FromSeconds(1);
        factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
        factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(5);
    }

    private Task<IConnection> GetAsync()
    {
        lock (_gate)
        {
            // Concurrent callers share the attempt, and its failure. A connection that failed or was closed is replaced.
            if (_current is { IsCompleted: false } or { IsCompletedSuccessfully: true, Result.IsOpen: true }) return _current;
            var old = _current;
            return _current = Task.Run(() => OpenAsync(old));
        }
    }

    private async Task<IConnection> OpenAsync(Task<IConnection>? old)
    {
        if (old is not null) await LetGoAsync(old);
        BlockedBecause = null;
        var factory = new ConnectionFactory();
        Configure(factory, options.Value, "fulfillment-publisher");
        // A connection that recovers by itself may never come back. This one is opened again at its next use.
        factory.AutomaticRecoveryEnabled = false;
        var connection = await factory.CreateConnectionAsync();
        // Before any caller gets a channel of it: the new connection may lead to another broker.
        topology.Reset("the connection is new");
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            topology.Reset($"the connection was lost: {reason.ReplyText}");
            return Task.CompletedTask;
        };
        connection.ConnectionBlockedAsync += (_, blocked) =>
        {
            logger.LogWarning("RabbitMQ at {Address} takes no messages: {Reason}", Address, blocked.Reason);
            BlockedBecause = blocked.Reason;
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            logger.LogInformation("RabbitMQ at {Address} takes messages again", Address);
            BlockedBecause = null;
            return Task.CompletedTask;
        };
        logger.LogDebug("Connected to RabbitMQ at {Address}", Address);
        return connection;
    }

    private async Task LetGoAsync(Task<IConnection> old)
    {
        try
        {
            await (await old).DisposeAsync();
        }
#pragma warning disable CA1031 // A connection that cannot be closed needs no further handling.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogDebug(e, "A connection to RabbitMQ at {Address} was not closed in good order", Address);
        }
    }
}
