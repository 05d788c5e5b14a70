using System.Data.Common;
using Fulfillment.Core;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>Makes a commit of EF Core that was not confirmed an <see cref="OutcomeUnknownException"/>, as group commits do.</summary>
internal sealed class CommitOutcome : DbTransactionInterceptor
{
    public override Task TransactionFailedAsync(
        DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) =>
        eventData.Action == "Commit" && OutcomeUnknownException.Leaves(eventData.Exception)
            ? throw new OutcomeUnknownException($"The commit was not confirmed: {eventData.Exception.Message}", eventData.Exception)
            : Task.CompletedTask;
}

/// <summary>
/// The same for a statement that writes without a transaction of its own, and therefore commits by itself. A broken connection
/// takes the pooled ones with it, which have broken as well: the next read gets a new one.
/// </summary>
internal sealed class StatementOutcome(NpgsqlDataSource pool) : DbCommandInterceptor
{
    public override Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        var failure = eventData.Exception;
        if (failure is PostgresException { InvariantSeverity: "FATAL" } or NpgsqlException { InnerException: IOException }) pool.Clear();
        var commitsByItself = command.Transaction is null
            && eventData.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete;
        return commitsByItself && OutcomeUnknownException.Leaves(failure)
            ? throw new OutcomeUnknownException($"The statement was not confirmed: {failure.Message}", failure)
            : Task.CompletedTask;
    }
}
