using System.Security.Cryptography;
using System.Text;

namespace Fulfillment.Messaging;

/// <summary>Ids that follow from their cause, so that a repeated cause repeats its effect under the same id.</summary>
public static class DeterministicGuid
{
    /// <summary>The id of the event of the given type that <paramref name="cause"/> leads to (RFC 9562, version 8, over SHA-256).</summary>
    /// <param name="cause">Id of the event that was handled.</param>
    /// <param name="eventType">Type of the event that results.</param>
    public static Guid From(Guid cause, string eventType)
    {
        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(eventType.Length)];
        cause.TryWriteBytes(input, bigEndian: true, out _);
        var length = 16 + Encoding.UTF8.GetBytes(eventType, input[16..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..length], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80); // version 8
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80); // RFC 9562 variant
        return new Guid(hash[..16], bigEndian: true);
    }
}
