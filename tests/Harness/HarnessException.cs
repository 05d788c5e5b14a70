namespace Fulfillment.Harness;

/// <summary>A server or a process is missing or has failed; the message is shown to the user.</summary>
internal sealed class HarnessException(string message) : Exception(message);
