using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Messaging;

/// <summary>Type of the queues that are declared. It cannot be changed for a queue that exists.</summary>
public enum DeclaredQueueType
{
    /// <summary>Replicated, append-only; the choice for anything that must not be lost.</summary>
    Quorum,

    /// <summary>On one node.</summary>
    Classic,
}

/// <summary>Settings of the broker connection, section <c>RabbitMq</c>.</summary>
public sealed class RabbitMqOptions : IValidatableObject
{
    private const string Example = "for example amqp://user:password@localhost:5672/";
    private const string ManagementExample = "for example http://user:password@localhost:15672";

    /// <summary>Address with user and virtual host, for example <c>amqp://user:password@localhost:5672/</c>.</summary>
    [Required(ErrorMessage = $"is missing, {Example}")]
    public string Uri { get; init; } = "";

    /// <summary>
    /// Address of the broker's management API with user, for example <c>http://user:password@localhost:15672</c>; empty when there is none.
    /// Only it can tell which bindings there are.
    /// </summary>
    public string ManagementUri { get; init; } = "";

    /// <summary>
    /// Whether exchanges, queues and bindings are declared at start and whenever one is missing. Otherwise the process waits for
    /// them: a user without the right to declare is enough, and <c>dotnet Host.dll migrate</c> declares them with another user.
    /// </summary>
    public bool DeclareTopology { get; init; } = true;

    /// <summary>Type of the queues that are declared.</summary>
    public DeclaredQueueType QueueType { get; init; } = DeclaredQueueType.Quorum;

    /// <summary>Messages of one queue that one process works on at a time, 1-2,000; also the prefetch count.</summary>
    [Range(1, 2000)]
    public ushort Concurrency { get; init; } = 256;

    /// <summary>
    /// How long a message is retried in place while its dependency is unavailable, before it is given back to the broker; 5
    /// seconds to 20 minutes. RabbitMQ takes a message back by itself after 30 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:20:00")]
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Channels that events are published on, 1-16.</summary>
    [Range(1, 16)]
    public int PublisherChannels { get; init; } = 4;

    /// <summary>Unconfirmed messages per publishing channel, 1-10,000.</summary>
    [Range(1, 10_000)]
    public int PublisherWindow { get; init; } = 500;

    /// <summary>How long a publish waits for its confirm before it counts as failed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:04:00")]
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the addresses, which attributes cannot do.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The value is not repeated: it may hold a password.
        if (!System.Uri.TryCreate(Uri, UriKind.Absolute, out var address)
            || address.Scheme is not ("amqp" or "amqps") || address.Host.Length == 0)
        {
            yield return new ValidationResult($"is not the address of a broker, {Example}", [nameof(Uri)]);
        }

        if (ManagementUri.Length > 0
            && (!System.Uri.TryCreate(ManagementUri, UriKind.Absolute, out var management)
                || management.Scheme is not ("http" or "https")))
        {
            yield return new ValidationResult($"is not the address of a management API, {ManagementExample}", [nameof(ManagementUri)]);
        }
    }
}
