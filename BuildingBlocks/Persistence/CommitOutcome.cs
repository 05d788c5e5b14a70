using System.Data.Common;
using Fulfillment.Core;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>Commits whose failure tells whether the outcome is known.</summary>
public static class KnownOutcome
{
    /// <summary>Commits. It is not cancelled with its caller: a commit that was sent cannot be taken back.</summary>
    /// <exception cref="OutcomeUnknownException">The commit was not confirmed.</exception>
    /// <exception cref="PostgresException">The server has rolled the transaction back.</exception>
    public static async Task CommitKnownAsync(this DbTransaction transaction)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception e) when (OutcomeUnknownException.Leaves(e))
        {
            throw new OutcomeUnknownException($"The commit was not confirmed: {e.Message}", e);
        }
    }
}

/// <summary>The same for commits of EF Core.</summary>
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
