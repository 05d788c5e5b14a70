using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Core;

/// <summary>
/// Tells a dependency that is unavailable, which is waited for, from work that can never succeed, which goes to the
/// dead letters. A message can never succeed when its own data is refused; the other errors of a database tell its state.
/// </summary>
public static class TransientErrors
{
    // Classes and codes of PostgreSQL's appendix A: connections, passwords, a database or table that is missing because
    // it is being restored, transactions that were rolled back, resources, locks, shutdowns and cancelled statements,
    // I/O and internal errors, a standby, and a session that was idle for too long.
    private static readonly string[] StatesOfTheDatabase =
        ["08", "28", "3D", "3F", "42501", "42P01", "42703", "40", "53", "55", "57", "58", "XX", "25006", "25P03"];

    /// <summary>True when the same work may succeed later without anyone changing it.</summary>
    public static bool Is(Exception? exception) => exception switch
    {
        null => false,
        TransientException or OperationCanceledException => true,
        PostgresException postgres => postgres.IsTransient || IsStateOfTheDatabase(postgres.SqlState),
        NpgsqlException npgsql => npgsql.IsTransient || Is(npgsql.InnerException),
        TimeoutException or IOException or SocketException or AuthenticationException or HttpRequestException => true,
        BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException => true,
        AggregateException many => many.InnerExceptions.All(Is),
        _ => Is(exception.InnerException),
    };

    private static bool IsStateOfTheDatabase(string sqlState) =>
        Array.Exists(StatesOfTheDatabase, state => sqlState.StartsWith(state, StringComparison.Ordinal));
}
