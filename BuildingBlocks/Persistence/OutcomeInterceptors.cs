using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>Makes a commit of EF Core that was not confirmed an <see cref="OutcomeUnknownException"/>, as those of group commits are.</summary>
internal sealed class CommitOutcome : DbTransactionInterceptor
{
    public override Task TransactionFailedAsync(
        DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) =>
        eventData.Action == "Commit" && OutcomeUnknownException.Leaves(eventData.Exception)
            ? throw new OutcomeUnknownException($"The commit was not confirmed: {eventData.Exception.Message}", eventData.Exception)
            : Task.CompletedTask;
}

/// <summary>The same for a statement that writes without a transaction of its own, and therefore commits by itself.</summary>
internal sealed class StatementOutcome : DbCommandInterceptor
{
    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        command.Transaction is null
        && eventData.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete
        && OutcomeUnknownException.Leaves(eventData.Exception)
            ? throw new OutcomeUnknownException($"The statement was not confirmed: {eventData.Exception.Message}", eventData.Exception)
            : Task.CompletedTask;
}
