using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fulfillment.Contracts;

/// <summary>
/// The one way in which events become JSON and back: camelCase, strict about required and null values, tolerant of
/// fields that were added later. Reading throws <see cref="JsonException"/> with the path of the mistake.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(OrderCreatedEvent))]
[JsonSerializable(typeof(InventoryReservedEvent))]
[JsonSerializable(typeof(InventoryFailedEvent))]
[JsonSerializable(typeof(ImportChunkDueEvent))]
[JsonSerializable(typeof(InventoryCommittedEvent))]
[JsonSerializable(typeof(InventoryReleasedEvent))]
[JsonSerializable(typeof(ReservationExpiredEvent))]
[JsonSerializable(typeof(OrderCancelledEvent))]
[JsonSerializable(typeof(PaymentRefundedEvent))]
[JsonSerializable(typeof(PaymentCompletedEvent))]
[JsonSerializable(typeof(PaymentFailedEvent))]
public sealed partial class ContractsJson : JsonSerializerContext;
