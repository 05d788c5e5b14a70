using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Fulfillment.Persistence.Idempotency;

/// <summary>The <c>Idempotency-Key</c> of one request.</summary>
public sealed class IdempotencyKey
{
    private readonly JsonSerializerOptions _json;

    /// <summary>Takes the key of a request.</summary>
    /// <param name="scope">Operation: method and route with its ids. The same key may be used for another operation.</param>
    /// <param name="value">The key, 1-255 printable ASCII characters.</param>
    /// <param name="request">What was asked for; the key stands for this alone.</param>
    /// <param name="json">How requests are compared, and answers are written.</param>
    public IdempotencyKey(string scope, string value, object request, JsonSerializerOptions json)
    {
        ArgumentNullException.ThrowIfNull(request);
        (Scope, Value, _json) = (scope, value, json);
        RequestHash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), json));
        LockId = BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{value}")));
    }

    internal string Scope { get; }

    internal string Value { get; }

    internal byte[] RequestHash { get; }

    internal Guid RequestId { get; } = Guid.CreateVersion7();

    // Two keys with the same number would only be told once that the other is in flight.
    internal long LockId { get; }

    /// <summary>The answer to store: 200, or 201 with a location.</summary>
    public StoredResponse Answer<T>(T body, string? location = null) =>
        new(location is null ? (short)200 : (short)201, location, JsonSerializer.Serialize(body, _json));
}

/// <summary>An answer of HTTP that can be given again, byte for byte.</summary>
public sealed record StoredResponse(short Status, string? Location, string Body);

/// <summary>What is to be answered to a request with a key.</summary>
public enum IdempotencyOutcome
{
    /// <summary>Its own answer.</summary>
    Done,

    /// <summary>The answer that an earlier request with this key got.</summary>
    Replayed,

    /// <summary>The key stands for another request already.</summary>
    Reused,

    /// <summary>A request with this key is being worked on elsewhere.</summary>
    InFlight,
}

/// <summary>The outcome, and for the first two also the answer.</summary>
public sealed record IdempotencyResult(IdempotencyOutcome Outcome, StoredResponse? Answer = null);
