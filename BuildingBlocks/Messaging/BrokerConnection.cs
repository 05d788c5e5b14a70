using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// The process's own connection for publishing and for declaring the topology, opened on first use and recovered by the
/// client. Listeners use Wolverine's connection, so a slow consumer never blocks a publish.
/// </summary>
public sealed class BrokerConnection(IOptions<RabbitMqOptions> options, ILogger<BrokerConnection> logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;

    /// <summary>True while the connection is open.</summary>
    public bool IsOpen => _connection is { IsOpen: true };

    /// <summary>Host and port of the broker, without the password.</summary>
    public string Address { get; } = new AmqpTcpEndpoint(new Uri(options.Value.Uri)).ToString();

    /// <summary>Opens a channel. Throws the client's exceptions while the broker cannot be reached.</summary>
    public async Task<IChannel> OpenChannelAsync(CreateChannelOptions? channel = null, CancellationToken ct = default)
    {
        var connection = await GetAsync(ct);
        return await connection.CreateChannelAsync(channel, ct);
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _opening.Dispose();
    }

    /// <summary>Applies the settings that both connections of a process share.</summary>
    public static void Configure(ConnectionFactory factory, RabbitMqOptions options, string name)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(options);
        factory.Uri = new Uri(options.Uri);
        factory.ClientProvidedName = name;
        factory.AutomaticRecoveryEnabled = true;
        factory.NetworkRecoveryInterval = TimeSpan.FromSeconds(1);
        factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
        factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(5);
    }

    private async Task<IConnection> GetAsync(CancellationToken ct)
    {
        if (_connection is { } existing) return existing;
        await _opening.WaitAsync(ct);
        try
        {
            if (_connection is { } opened) return opened;
            var factory = new ConnectionFactory();
            Configure(factory, options.Value, "fulfillment-publisher");
            // What this connection declared is declared again by whoever needs it, not by the recovery of the client.
            factory.TopologyRecoveryEnabled = false;
            _connection = await factory.CreateConnectionAsync(ct);
            logger.LogDebug("Connected to RabbitMQ at {Address}", Address);
            return _connection;
        }
        finally
        {
            _opening.Release();
        }
    }
}
