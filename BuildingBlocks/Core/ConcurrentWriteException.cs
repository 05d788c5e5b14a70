namespace Fulfillment.Core;

/// <summary>Another process wrote the same business key at the same time. Trying again will find what it wrote.</summary>
public sealed class ConcurrentWriteException : Exception
{
    /// <summary>Says what was written twice.</summary>
    public ConcurrentWriteException(string message) : base(message)
    {
    }
}
