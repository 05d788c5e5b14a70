using System.Text.Json;
using Fulfillment.Contracts;
using Wolverine;
using Wolverine.Runtime.Serialization;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Stands for a message whose body is not what its queue carries.</summary>
/// <param name="Reason">What reading it failed with.</param>
public sealed record UnreadableMessage(Exception Reason);

/// <summary>A message whose body is not what its queue carries. The inner exception says why.</summary>
public sealed class UnreadableMessageException : Exception
{
    /// <summary>Wraps what reading the body failed with.</summary>
    public UnreadableMessageException(Exception inner) : base(inner?.Message, inner)
    {
    }
}

/// <summary>
/// Makes the failure to read a body a failure of its handler. Wolverine would otherwise reject the message without asking the rules for
/// failures, and the broker would set it aside without a reason.
/// </summary>
public static class UnreadableMessageHandler
{
    /// <summary>Called by Wolverine.</summary>
    /// <exception cref="UnreadableMessageException">Always.</exception>
    public static void Handle(UnreadableMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        throw new UnreadableMessageException(message.Reason);
    }
}

/// <summary>Reads bodies as the contracts say, and never throws: what cannot be read becomes an <see cref="UnreadableMessage"/>.</summary>
internal sealed class ContractSerializer : IMessageSerializer
{
    // A copy, because Wolverine adds to its options; its own would forgive comments and trailing commas.
    private readonly SystemTextJsonSerializer _json = new(new JsonSerializerOptions(ContractsJson.Default.Options));

    public string ContentType => _json.ContentType;

    public byte[] Write(Envelope envelope) => _json.Write(envelope);

    public byte[] WriteMessage(object message) => _json.WriteMessage(message);

    public object ReadFromData(byte[] data) => _json.ReadFromData(data);

    public object ReadFromData(Type messageType, Envelope envelope)
    {
        try
        {
            return _json.ReadFromData(messageType, envelope) ?? new UnreadableMessage(new InvalidMessageException("The body is null."));
        }
#pragma warning disable CA1031 // Not swallowed: it is the reason with which the message is given up.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new UnreadableMessage(e);
        }
    }
}
