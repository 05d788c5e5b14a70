using Npgsql;

namespace Fulfillment.Core;

/// <summary>A setting is missing or wrong. It ends the start.</summary>
/// <param name="mistakes">One readable line per mistake: it names the setting, the mistake and an example.</param>
public sealed class ConfigurationException(params IReadOnlyList<string> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    internal IReadOnlyList<string> Mistakes { get; } = mistakes;
}

/// <summary>A message that can never be processed; it goes to the dead-letter queue without a retry.</summary>
/// <param name="message">Describes the mistake in the message.</param>
/// <param name="inner">Failure to read the body.</param>
public sealed class InvalidMessageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The same work may succeed later, for example when a dependency is available again. The work waits and is tried again: a message
/// goes back to its queue and never to the dead letters.
/// </summary>
/// <param name="message">Names the dependency and the failure.</param>
/// <param name="inner">Exception of the dependency's client; null when the dependency itself answered that it is unavailable.</param>
public abstract class TransientException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another process wrote the same business key at the same time. A retry finds that row.</summary>
public sealed class ConcurrentWriteException(string message) : TransientException(message);

/// <summary>The broker did not confirm a message: it may or may not have it. The work that caused the message must be repeated.</summary>
public sealed class PublishFailedException(string message, Exception? inner = null) : TransientException(message, inner);

/// <summary>
/// A commit was sent and not confirmed: the work may be done or not. Only a look at the data, or a repetition with the same
/// idempotency key, can tell.
/// </summary>
public sealed class OutcomeUnknownException(string message, Exception? inner = null) : TransientException(message, inner)
{
    /// <summary>True when the failure of a commit, or of a statement that commits by itself, leaves its outcome unknown.</summary>
    internal static bool Leaves(Exception failure) =>
        // The server reports an ERROR after it has rolled back. FATAL and lost connections say nothing about the commit.
        failure is not PostgresException { InvariantSeverity: "ERROR" };
}
