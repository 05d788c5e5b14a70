namespace Fulfillment.Inventory.ImportProducts;

/// <summary>The column that identifies a product.</summary>
public enum ImportKey
{
    InternalId,
    Ean,
    Index,
}

/// <summary>The treatment of a key that occurs more than once in a file.</summary>
public enum ImportDuplicates
{
    /// <summary>The last row of a key counts.</summary>
    Last,

    /// <summary>The first row of a key counts.</summary>
    First,

    /// <summary>The first row counts, and every further one is an error.</summary>
    Error,
}

/// <summary>The changes that an import may make.</summary>
public enum ImportMode
{
    /// <summary>Adds new products and updates known ones.</summary>
    Upsert,

    /// <summary>Adds new products and leaves known ones alone.</summary>
    InsertOnly,

    /// <summary>Sets the stock of known products; unknown ones are errors.</summary>
    StockOnly,
}

/// <summary>State of an import.</summary>
public enum ImportState
{
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>One upload and the settings of its import.</summary>
public sealed class ImportJob
{
    public long Id { get; init; }

    /// <summary>Name under which the file is kept.</summary>
    public required string FileKey { get; init; }

    /// <summary>Name that the sender gave it; for display only.</summary>
    public required string FileName { get; init; }

    public long SizeBytes { get; init; }

    public required string Sha256 { get; init; }

    public ImportState State { get; init; } = ImportState.Running;

    public string? StateReason { get; init; }

    public ImportKey Key { get; init; }

    public ImportDuplicates Duplicates { get; init; }

    public ImportMode Mode { get; init; }

    public bool DryRun { get; init; }

    public long? MaxErrors { get; init; }

    /// <summary>The byte between two fields.</summary>
    public short Delimiter { get; init; }

    /// <summary>The names in the file's header.</summary>
    public required string[] Header { get; init; }

    public long TotalRows { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>
/// A part of a file that is processed at once. All chunks are planned before the first one is processed. A chunk is done in the transaction
/// that writes its rows, so it is done once, however often its message is delivered.
/// </summary>
public sealed class ImportChunk
{
    public long ImportId { get; init; }

    public int Chunk { get; init; }

    /// <summary>Its offset in the file, in bytes.</summary>
    public long Offset { get; init; }

    public long Length { get; init; }

    /// <summary>Physical line on which it starts.</summary>
    public long FirstLine { get; init; }

    public int Rows { get; init; }

    /// <summary>Its rows, counted from 0, that do not count because their key occurs elsewhere in the file.</summary>
    public required int[] Repeated { get; init; }

    /// <summary>Time of the last publication of its message.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    public DateTimeOffset? DoneAt { get; init; }

    public int Inserted { get; init; }

    public int Updated { get; init; }

    public int Unchanged { get; init; }

    public int Superseded { get; init; }

    public int Failed { get; init; }

    /// <summary>Number of statement timeouts while it was written, since the import was started or resumed.</summary>
    public short Timeouts { get; init; }

    /// <summary>Failed rows per code, in the order of <see cref="RowErrorCode"/>; null when there are none.</summary>
    public int[]? FailedByCode { get; init; }
}

/// <summary>
/// The newest import that has a product, recorded while more than one import is open. An older import skips the product.
/// </summary>
public sealed class ImportClaim
{
    public required string ProductId { get; init; }

    public long ImportId { get; init; }
}

/// <summary>Identifies the files of this database among those of others in the same folder; there is one row.</summary>
public sealed class Installation
{
    public Guid Id { get; init; }
}

/// <summary>A row that was not imported.</summary>
public sealed class ImportError
{
    public long ImportId { get; init; }

    /// <summary>Physical line on which the record starts.</summary>
    public long Row { get; init; }

    /// <summary>Name of the column as it stands in the file; null when it is the record as a whole.</summary>
    public string? ColumnName { get; init; }

    public RowErrorCode Code { get; init; }

    public required string Message { get; init; }

    /// <summary>The bytes of the record as they came.</summary>
    public required byte[] Record { get; init; }
}

/// <summary>The reason why a row was not imported. New codes come last, because chunks store counts in this order.</summary>
public enum RowErrorCode
{
    MissingColumn,
    TooManyValues,
    MissingValue,
    InvalidPrice,
    InvalidStock,
    NegativeStock,
    DuplicateKey,
    TooLong,
    BadQuoting,
    BadEncoding,
    StockBelowReserved,
    UnknownProduct,
    StockTooLarge,
    InvalidKey,
}
