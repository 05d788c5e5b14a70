using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Fulfillment.Persistence.Idempotency;

/// <summary>The <c>Idempotency-Key</c> of one request.</summary>
public sealed class IdempotencyKey
{
    private readonly JsonSerializerOptions _json;

    internal IdempotencyKey(string scope, string value, object request, JsonSerializerOptions json)
    {
        (Scope, Value, _json) = (scope, value, json);
        RequestHash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), json));
        LockId = BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{value}")));
    }

    /// <summary>Operation: method and route with its ids. The same key may be used for another operation.</summary>
    internal string Scope { get; }

    internal string Value { get; }

    internal byte[] RequestHash { get; }

    internal Guid RequestId { get; } = Guid.CreateVersion7();

    // Of two keys with the same number one request at a time is refused as in flight; it succeeds when it is repeated.
    internal long LockId { get; }

    /// <summary>The response to store: 200, or 201 with a location.</summary>
    public StoredResponse Answer<T>(T body, string? location = null) =>
        new(location is null ? (short)200 : (short)201, location, JsonSerializer.Serialize(body, _json));
}

/// <summary>An HTTP response that can be sent again, byte for byte.</summary>
public sealed record StoredResponse(short Status, string? Location, string Body);

/// <summary>Outcome of a request with a key.</summary>
public enum IdempotencyOutcome
{
    /// <summary>The request gets its own response.</summary>
    Done,

    /// <summary>The request gets the response of an earlier request with this key.</summary>
    Replayed,

    /// <summary>The key stands for another request already.</summary>
    Reused,

    /// <summary>A request with this key is being worked on elsewhere.</summary>
    InFlight,
}

/// <summary>The outcome, and for the first two also the response.</summary>
public sealed record IdempotencyResult(IdempotencyOutcome Outcome, StoredResponse? Answer = null);
