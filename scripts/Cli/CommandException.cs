namespace Fulfillment.Cli;

/// <summary>A run cannot start or has failed; the message is shown to the user.</summary>
internal sealed class CommandException(string message) : Exception(message);
