namespace Fulfillment.Core;

/// <summary>Another process wrote the same business key at the same time. A retry finds that row.</summary>
public sealed class ConcurrentWriteException : Exception
{
    /// <summary>Names the key that was written twice.</summary>
    public ConcurrentWriteException(string message) : base(message)
    {
    }
}
