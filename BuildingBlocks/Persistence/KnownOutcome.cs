using System.Data.Common;
using Fulfillment.Core;
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
        ArgumentNullException.ThrowIfNull(transaction);
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
