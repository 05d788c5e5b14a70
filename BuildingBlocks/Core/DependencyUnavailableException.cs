namespace Fulfillment.Core;

/// <summary>
/// A dependency of a module, for example a payment gateway, is unavailable. The work waits and is tried again: a message
/// goes back to its queue and never to the dead letters.
/// </summary>
/// <param name="message">Names the dependency and the failure.</param>
/// <param name="innerException">
/// Exception of the dependency's client; null when the dependency itself answered that it is unavailable.
/// </param>
public abstract class DependencyUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
