namespace Fulfillment.Inventory;

/// <summary>The id of a product in an address: escaped, as one segment of the path.</summary>
internal static class ProductKey
{
    private const string Slash = "%2F";

    /// <summary>The id that a route has matched. The server leaves an escaped slash as it is, and unescapes everything else.</summary>
    public static string FromRoute(string segment) => segment.Replace(Slash, "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// False for an id that an address cannot have: clients, gateways and servers remove dots between slashes, and <c>%2F</c> means a
    /// slash.
    /// </summary>
    /// <param name="id">UTF-8.</param>
    public static bool IsAddressable(ReadOnlySpan<byte> id)
    {
        if (!id.ContainsAny((byte)'.', (byte)'%')) return true;
        foreach (var segment in id.Split((byte)'/'))
        {
            if (id[segment].SequenceEqual("."u8) || id[segment].SequenceEqual(".."u8)) return false;
        }

        return id.IndexOf("%2F"u8) < 0 && id.IndexOf("%2f"u8) < 0;
    }
}
