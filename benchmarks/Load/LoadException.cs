namespace Fulfillment.Load;

/// <summary>A run cannot start or has failed; the message is shown to the user.</summary>
internal sealed class LoadException(string message) : Exception(message);
