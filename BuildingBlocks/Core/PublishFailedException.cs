namespace Fulfillment.Core;

/// <summary>The broker did not confirm a message: the broker may or may not have it. The work that caused it must be repeated.</summary>
public sealed class PublishFailedException : Exception
{
    /// <summary>Describes the message that was not confirmed.</summary>
    public PublishFailedException(string message, Exception inner) : base(message, inner)
    {
    }
}
