namespace Fulfillment.Persistence;

/// <summary>
/// A caller has given up before the commit of its batch began. The batch was rolled back and is to be processed without it.
/// </summary>
internal sealed class CallerGaveUpException() : Exception("A caller of the batch has given up.");
