using System.Net.Sockets;
using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Tells a dependency that is away, which is waited for, from work that can never succeed, which goes aside.</summary>
public static class TransientFailure
{
    /// <summary>True when the same work may succeed later without anyone changing it.</summary>
    public static bool Is(Exception? exception) => exception switch
    {
        null => false,
        PublishFailedException or ConcurrentWriteException or OperationCanceledException => true,
        DependencyUnavailableException => true,
        // Read-only means a failover in progress; a lock timeout or an exhausted server passes.
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => true,
        PostgresException postgres => postgres.IsTransient,
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException,
        TimeoutException or IOException or SocketException => true,
        BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException => true,
        AggregateException many => many.InnerExceptions.All(Is),
        _ => Is(exception.InnerException),
    };
}
