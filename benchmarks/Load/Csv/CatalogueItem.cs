namespace Fulfillment.Load.Csv;

/// <summary>A row as the libraries return it.</summary>
internal sealed class CatalogueItem
{
    public string InternalId { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Brand { get; set; } = "";

    public string Category { get; set; } = "";

    public decimal Price { get; set; }

    public string Currency { get; set; } = "";

    public int Stock { get; set; }

    public string Ean { get; set; } = "";

    public string Color { get; set; } = "";

    public string Size { get; set; } = "";

    public string Availability { get; set; } = "";

    public string Index { get; set; } = "";

    public Checksum AddTo(Checksum sum) => sum.Add((long)(Price * 100), Stock, InternalId.Length);
}
