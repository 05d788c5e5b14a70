namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>The columns that an import reads; a header may have any others.</summary>
internal enum CatalogueColumn
{
    InternalId,
    Name,
    Description,
    Brand,
    Category,
    Price,
    Currency,
    Stock,
    Ean,
    Color,
    Size,
    Availability,
    Index,
}

/// <summary>Names and lengths of the columns.</summary>
internal static class CatalogueColumns
{
    public const int Count = 13;

    /// <summary>Names as a template has them, in the order of the widespread sample catalogue.</summary>
    public static IReadOnlyList<(CatalogueColumn Column, string Name)> Names { get; } =
    [
        (CatalogueColumn.Index, "Index"), (CatalogueColumn.Name, "Name"), (CatalogueColumn.Description, "Description"),
        (CatalogueColumn.Brand, "Brand"), (CatalogueColumn.Category, "Category"), (CatalogueColumn.Price, "Price"),
        (CatalogueColumn.Currency, "Currency"), (CatalogueColumn.Stock, "Stock"),
        (CatalogueColumn.Ean, "EAN"), (CatalogueColumn.Color, "Color"), (CatalogueColumn.Size, "Size"),
        (CatalogueColumn.Availability, "Availability"), (CatalogueColumn.InternalId, "Internal ID"),
    ];

    /// <summary>Longest value in characters; prices and stocks are limited by their range.</summary>
    public static int MaxLength(CatalogueColumn column) => column switch
    {
        CatalogueColumn.Name => 200,
        CatalogueColumn.Description => 4_000,
        CatalogueColumn.Currency => 3,
        CatalogueColumn.Ean or CatalogueColumn.InternalId => 64,
        CatalogueColumn.Index => 20,
        _ => 100,
    };

    /// <summary>Keys, numbers and codes are read without the blanks around them; texts keep theirs.</summary>
    public static bool IsTrimmed(CatalogueColumn column) =>
        column is CatalogueColumn.InternalId or CatalogueColumn.Price or CatalogueColumn.Currency
            or CatalogueColumn.Stock or CatalogueColumn.Ean or CatalogueColumn.Index;

    /// <summary>The column that identifies a product.</summary>
    public static CatalogueColumn Of(ImportKey key) => key switch
    {
        ImportKey.Ean => CatalogueColumn.Ean,
        ImportKey.Index => CatalogueColumn.Index,
        _ => CatalogueColumn.InternalId,
    };

    /// <summary>The columns that a file must have.</summary>
    public static CatalogueColumn[] Required(ImportKey key, ImportMode mode) => mode == ImportMode.StockOnly
        ? [Of(key), CatalogueColumn.Stock]
        : [Of(key), CatalogueColumn.Name, CatalogueColumn.Price, CatalogueColumn.Stock];
}
