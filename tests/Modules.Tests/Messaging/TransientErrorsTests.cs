using System.Net.Sockets;
using System.Text.Json;
using Fulfillment.Core;
using Fulfillment.Payment;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Modules.Tests.Messaging;

public sealed class TransientErrorsTests
{
    private static readonly ShutdownEventArgs Shutdown = new(ShutdownInitiator.Peer, 320, "CONNECTION_FORCED");

    private static readonly Dictionary<string, Exception> Passing = new()
    {
        ["an unconfirmed publish"] = new PublishFailedException("no confirm", new InvalidOperationException()),
        ["a concurrent write"] = new ConcurrentWriteException("twice"),
        ["a cancellation"] = new OperationCanceledException(),
        ["a timed out task"] = new TaskCanceledException(),
        ["a timeout"] = new TimeoutException(),
        ["a broken stream"] = new IOException(),
        ["a refused connection"] = new SocketException((int)SocketError.ConnectionRefused),
        ["a server that starts"] = Postgres(PostgresErrorCodes.CannotConnectNow),
        ["a server that was stopped"] = Postgres(PostgresErrorCodes.AdminShutdown),
        ["a server without connections"] = Postgres(PostgresErrorCodes.TooManyConnections),
        ["a deadlock"] = Postgres(PostgresErrorCodes.DeadlockDetected),
        ["a serialization failure"] = Postgres(PostgresErrorCodes.SerializationFailure),
        ["a standby"] = Postgres(PostgresErrorCodes.ReadOnlySqlTransaction),
        ["a password that was changed"] = Postgres(PostgresErrorCodes.InvalidPassword),
        ["a role that may not log in"] = Postgres(PostgresErrorCodes.InvalidAuthorizationSpecification),
        ["a role without a privilege"] = Postgres(PostgresErrorCodes.InsufficientPrivilege),
        ["a database that was dropped"] = Postgres(PostgresErrorCodes.InvalidCatalogName),
        ["a schema that is being restored"] = Postgres(PostgresErrorCodes.InvalidSchemaName),
        ["a table that is being restored"] = Postgres(PostgresErrorCodes.UndefinedTable),
        ["a statement that was cancelled"] = Postgres(PostgresErrorCodes.QueryCanceled),
        ["a lock that was not given"] = Postgres(PostgresErrorCodes.LockNotAvailable),
        ["a full disk"] = Postgres(PostgresErrorCodes.DiskFull),
        ["a session that was idle for too long"] = Postgres("57P05"),
        ["a transaction that was idle for too long"] = Postgres("25P03"),
        ["a commit that was not confirmed"] = new OutcomeUnknownException("no"),
        ["a certificate that is refused"] = new NpgsqlException("no", new System.Security.Authentication.AuthenticationException()),
        ["a database that cannot be reached"] = new NpgsqlException("no", new SocketException((int)SocketError.HostUnreachable)),
        ["a database that does not answer"] = new NpgsqlException("no", new TimeoutException()),
        ["a broker that cannot be reached"] = new BrokerUnreachableException(new SocketException((int)SocketError.ConnectionRefused)),
        ["a closed channel"] = new AlreadyClosedException(Shutdown),
        ["an interrupted operation"] = new OperationInterruptedException(Shutdown),
        ["a payment gateway without an answer"] = new PaymentGatewayUnavailableException("HTTP 500", new JsonException()),
        ["a timeout inside of something"] = new InvalidOperationException("outer", new TimeoutException()),
        ["many that pass"] = new AggregateException(new TimeoutException(), new IOException()),
    };

    private static readonly Dictionary<string, Exception> Lasting = new()
    {
        ["a bug"] = new InvalidOperationException(),
        ["a missing entry"] = new KeyNotFoundException(),
        ["a malformed message"] = new JsonException(),
        ["an impossible message"] = new InvalidMessageException("no items"),
        ["a setting"] = new ConfigurationException("wrong"),
        ["a duplicate key"] = Postgres(PostgresErrorCodes.UniqueViolation),
        ["a violated check"] = Postgres(PostgresErrorCodes.CheckViolation),
        ["a text that PostgreSQL refuses"] = Postgres(PostgresErrorCodes.UntranslatableCharacter),
        ["a value that is out of range"] = Postgres(PostgresErrorCodes.NumericValueOutOfRange),
        ["a mistake in a statement"] = Postgres(PostgresErrorCodes.SyntaxError),
        ["a driver's complaint"] = new NpgsqlException("no", new InvalidCastException()),
        ["one of many that lasts"] = new AggregateException(new TimeoutException(), new InvalidOperationException()),
    };

    public static TheoryData<string> PassingNames => [.. Passing.Keys];

    public static TheoryData<string> LastingNames => [.. Lasting.Keys];

    [Theory]
    [MemberData(nameof(PassingNames))]
    public void What_passes_is_waited_for(string failure) => TransientErrors.Is(Passing[failure]).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(LastingNames))]
    public void What_lasts_goes_aside(string failure) => TransientErrors.Is(Lasting[failure]).ShouldBeFalse();

    [Fact]
    public void No_failure_is_none_to_wait_for() => TransientErrors.Is(null).ShouldBeFalse();

    private static PostgresException Postgres(string state) => new("message", "ERROR", "ERROR", state);
}
