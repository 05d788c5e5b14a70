namespace Fulfillment.Core;

/// <summary>A message that is well-formed but can never be processed; it goes to the dead-letter queue without a retry.</summary>
public sealed class InvalidMessageException : Exception
{
    /// <summary>Describes the mistake in the message.</summary>
    public InvalidMessageException(string message) : base(message)
    {
    }
}
