using Npgsql;

namespace Fulfillment.Core;

/// <summary>
/// A commit was sent and not confirmed: the work may be done or not. Only a look at the data, or a repetition with the same
/// idempotency key, can tell.
/// </summary>
public sealed class OutcomeUnknownException : Exception
{
    /// <summary>Names the commit that was not confirmed.</summary>
    public OutcomeUnknownException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>True when the failure of a commit, or of a statement that commits by itself, leaves its outcome unknown.</summary>
    /// <param name="failure">Exception of the commit.</param>
    public static bool Leaves(Exception failure) =>
        // The server reports an ERROR after it has rolled back. FATAL and lost connections say nothing about the commit.
        failure is not PostgresException { InvariantSeverity: "ERROR" };
}
