using System.Text.Json;

namespace Fulfillment.Inventory;

/// <summary>Arrays as JSON text, for parameters that are arrays of arrays.</summary>
internal static class JsonArray
{
    public static string Of<T>(IEnumerable<T> values) => JsonSerializer.Serialize(values);
}
