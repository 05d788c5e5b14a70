namespace Fulfillment.Inventory;

/// <summary>Catalogue data of a product. Its stock is the <see cref="InventoryItem"/> of the same id.</summary>
public sealed class Product
{
    public required string ProductId { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Brand { get; init; }

    public string? Category { get; init; }

    public decimal Price { get; init; }

    public string? Currency { get; init; }

    public string? Ean { get; init; }

    public string? Color { get; init; }

    public string? Size { get; init; }

    public string? Availability { get; init; }

    /// <summary>The column "Internal ID", whether or not it identifies the product.</summary>
    public string? InternalId { get; init; }

    /// <summary>The column "Index" as it stands in the file.</summary>
    public string? CatalogueIndex { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
