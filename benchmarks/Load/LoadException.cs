namespace Fulfillment.Load;

/// <summary>A run that cannot be made or has failed, with a sentence for whoever started it.</summary>
internal sealed class LoadException(string message) : Exception(message);
