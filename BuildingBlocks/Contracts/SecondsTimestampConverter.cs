using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fulfillment.Contracts;

/// <summary>Writes <c>yyyy-MM-ddTHH:mm:ss</c> in UTC and reads any ISO 8601 time, one without a zone as UTC.</summary>
public sealed class SecondsTimestampConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>Reads a time. Throws <see cref="JsonException"/> when the value is not one.</summary>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTime(out var time)
            ? new DateTimeOffset(
                time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime())
            : throw new JsonException("A timestamp like 2026-01-15T22:43:06 is expected.");

    /// <summary>Writes the time in UTC, cut to the second.</summary>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
    }
}
