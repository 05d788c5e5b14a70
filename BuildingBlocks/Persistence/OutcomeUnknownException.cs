using System.Data.Common;
using Npgsql;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>A commit was sent and not confirmed: the work may be done or not. Only a look at the data, or the same idempotency key, can tell.</summary>
public sealed class OutcomeUnknownException : Exception
{
    /// <summary>Says what was not confirmed.</summary>
    public OutcomeUnknownException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>True when the failure of a commit, or of a statement that commits by itself, leaves its outcome unknown.</summary>
    /// <param name="failure">What the commit failed with.</param>
    public static bool Leaves(Exception failure) =>
        // The server reports an ERROR after it has rolled back. FATAL and lost connections tell nothing about the commit.
        failure is not PostgresException { InvariantSeverity: "ERROR" };
}

/// <summary>A caller has given up before the commit of its batch began: the batch was rolled back and is to be processed without it.</summary>
public sealed class CallerGaveUpException : Exception
{
    /// <summary>Says so.</summary>
    public CallerGaveUpException() : base("A caller of the batch has given up.")
    {
    }
}

/// <summary>Commits whose failure says what is known.</summary>
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
