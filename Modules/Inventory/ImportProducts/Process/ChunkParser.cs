using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>Reads and checks the rows of a chunk. It reports the first error of each row.</summary>
internal sealed class ChunkParser(CatalogueHeader header, ImportKey key, ImportMode mode, ImportDuplicates duplicates)
{
    public const int MaxStock = 1_000_000_000;
    public const long MaxPriceCents = 100_000_000_000;

    private static readonly CatalogueColumn[] Texts =
    [
        CatalogueColumn.Name, CatalogueColumn.Description, CatalogueColumn.Brand, CatalogueColumn.Category, CatalogueColumn.Currency,
        CatalogueColumn.Ean, CatalogueColumn.Color, CatalogueColumn.Size, CatalogueColumn.Availability, CatalogueColumn.InternalId,
        CatalogueColumn.Index,
    ];

    private readonly CatalogueColumn _key = CatalogueColumns.Of(key);
    private readonly CatalogueColumn[] _required = CatalogueColumns.Required(key, mode);
    private readonly CatalogueColumn[] _texts = mode == ImportMode.StockOnly
        ? []
        : [.. Texts.Where(column => column != CatalogueColumns.Of(key))];
    private readonly CsvField[] _fields = new CsvField[header.Names.Count];

    /// <summary>The column of the first error in the current row.</summary>
    private (CatalogueColumn? Column, RowErrorCode Code, string Message)? _mistake;

    /// <summary>Reads a chunk whose bytes are in memory.</summary>
    /// <param name="rows">Receives the rows and the errors.</param>
    /// <param name="firstLine">Physical line on which the chunk starts.</param>
    /// <param name="repeated">Rows, counted from 0, whose key occurs elsewhere in the file.</param>
    public void Read(ChunkRows rows, long firstLine, ReadOnlySpan<int> repeated)
    {
        using var reader = new CsvReader(rows.Chunk, header.Delimiter, complete: true, _fields, firstLine);
        for (var row = 0; reader.Read() != CsvStatus.End; row++)
        {
            var isRepeated = repeated is [var next, ..] && next == row;
            if (isRepeated) repeated = repeated[1..];
            _mistake = null;
            var record = rows.Chunk.Span.Slice(reader.Start, reader.Length);
            CheckRecord(reader, record);
            var cells = rows.AddCells();
            var (price, stock) = _mistake is null ? ReadCells(rows, cells, reader.FieldCount) : default;
            if (_mistake is null && isRepeated && duplicates == ImportDuplicates.Error)
                Fail(_key, RowErrorCode.DuplicateKey, "this key stands in an earlier row of the file");

            if (_mistake is null && !isRepeated)
            {
                rows.Rows.Add(new CatalogueRow(reader.StartLine, cells, (reader.Start, reader.Length), price, stock));
                continue;
            }

            rows.DropCells();
            if (_mistake is { } mistake) Reject(rows, reader.StartLine, mistake, record);
            else rows.Superseded++;
        }

        rows.SortByKey(_key);
    }

    private void Reject(
        ChunkRows rows, long line, (CatalogueColumn? Column, RowErrorCode Code, string Message) mistake, ReadOnlySpan<byte> record)
    {
        var column = mistake.Column is { } named ? header.NameOf(named) : null;
        rows.Errors.Add(new RowError(line, column, mistake.Code, mistake.Message, Kept(record)));
    }

    /// <summary>The bytes of a rejected record that are kept.</summary>
    public static byte[] Kept(ReadOnlySpan<byte> record) => record[..Math.Min(record.Length, CsvReader.MaxRecord)].ToArray();

    private void CheckRecord(CsvReader reader, ReadOnlySpan<byte> record)
    {
        if (reader.Mistake == CsvMistake.TooLong)
            Fail(null, RowErrorCode.TooLong, $"the record is longer than {CsvReader.MaxRecord} bytes");
        else if (!Utf8.IsValid(record))
            Fail(ColumnOfBadByte(reader.FieldCount, record, reader.Start), RowErrorCode.BadEncoding, "is not UTF-8");
        else if (reader.Mistake == CsvMistake.BadQuoting)
            Fail(
                null, RowErrorCode.BadQuoting,
                "a quote stands where none may be, or is not closed; values with quotes are quoted, with their quotes doubled");
        else if (reader.FieldCount > header.Names.Count)
            Fail(null, RowErrorCode.TooManyValues, $"the row has {reader.FieldCount} values, the header {header.Names.Count} columns");
    }

    private CatalogueColumn? ColumnOfBadByte(int count, ReadOnlySpan<byte> record, int start)
    {
        foreach (var (column, _) in CatalogueColumns.Names)
        {
            if (header[column] is >= 0 and var place && place < count && place < _fields.Length
                && !Utf8.IsValid(record.Slice(_fields[place].Start - start, _fields[place].Length))) return column;
        }

        return null;
    }

    private (long Price, int Stock) ReadCells(ChunkRows rows, int cells, int count)
    {
        foreach (var column in _required)
        {
            if (header[column] < count) continue;
            Fail(column, RowErrorCode.MissingColumn, $"the row has {count} values and ends before this column");
            return default;
        }

        CheckKey(SetCell(rows, cells, _key, count));
        foreach (var column in _texts) CheckText(column, SetCell(rows, cells, column, count));
        var price = mode == ImportMode.StockOnly ? 0 : ReadPrice(SetCell(rows, cells, CatalogueColumn.Price, count));
        return (price, ReadStock(SetCell(rows, cells, CatalogueColumn.Stock, count)));
    }

    private ReadOnlySpan<byte> SetCell(ChunkRows rows, int cells, CatalogueColumn column, int count)
    {
        if (_mistake is not null || header[column] is not (>= 0 and var place) || place >= count) return default;
        return rows.SetCell(cells, column, _fields[place], header.IsErrorsFile);
    }

    private void CheckKey(ReadOnlySpan<byte> value)
    {
        CheckText(_key, value);
        if (_mistake is null && !ProductKey.IsAddressable(value))
            Fail(_key, RowErrorCode.InvalidKey, "has . or .. between slashes, or contains %2F, and no address can have it");
    }

    private void CheckText(CatalogueColumn column, ReadOnlySpan<byte> value)
    {
        if (_mistake is not null) return;
        if (value.IsEmpty || value[0] == ' ')
        {
            if (value.Trim(" \t"u8).IsEmpty && _required.Contains(column)) Fail(column, RowErrorCode.MissingValue, "is empty");
            if (value.IsEmpty) return;
        }

        // A character has one to four bytes. The characters are counted only when the number of bytes does not decide.
        var most = CatalogueColumns.MaxLength(column);
        if (value.Length > most && CountCharacters(value) > most) Fail(column, RowErrorCode.TooLong, $"is longer than {most} characters");
        else if (value.Contains((byte)0)) Fail(column, RowErrorCode.BadEncoding, "has a NUL character");
        else if ((column == _key || column == CatalogueColumn.Name) && HasControl(value))
            Fail(column, RowErrorCode.BadEncoding, "has a control character");
    }

    private long ReadPrice(ReadOnlySpan<byte> value)
    {
        if (_mistake is not null) return 0;
        if (value.IsEmpty) return Fail(CatalogueColumn.Price, RowErrorCode.MissingValue, "is empty");
        var point = value.IndexOf((byte)'.');
        var whole = point < 0 ? value : value[..point];
        var decimals = point < 0 ? default : value[(point + 1)..].TrimEnd((byte)'0');
        if (TryReadDigits(whole, out var units) && units <= MaxPriceCents / 100 && decimals.Length <= 2
            && (point < 0 || value.Length > point + 1)
            && (decimals.IsEmpty || TryReadDigits(decimals, out _)) && !value[(point + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            var cents = (units * 100)
                + decimals.Length switch { 0 => 0, 1 => 10 * (decimals[0] - '0'), _ => (10 * (decimals[0] - '0')) + decimals[1] - '0' };
            if (cents <= MaxPriceCents) return cents;
        }

        return Fail(
            CatalogueColumn.Price, RowErrorCode.InvalidPrice,
            $"'{Shown(value)}' is not a price from 0 to {MaxPriceCents / 100} with at most two decimals, such as 1299.90");
    }

    private int ReadStock(ReadOnlySpan<byte> value)
    {
        if (_mistake is not null) return 0;
        if (value.IsEmpty) return Fail(CatalogueColumn.Stock, RowErrorCode.MissingValue, "is empty");
        if (TryReadDigits(value, out var pieces) && pieces <= MaxStock) return (int)pieces;
        if (value is [(byte)'-', .. var rest] && TryReadDigits(rest, out pieces))
            return pieces == 0 ? 0 : Fail(CatalogueColumn.Stock, RowErrorCode.NegativeStock, $"'{Shown(value)}' is negative");
        return Fail(CatalogueColumn.Stock, RowErrorCode.InvalidStock, $"'{Shown(value)}' is not a whole number from 0 to {MaxStock}");
    }

    private int Fail(CatalogueColumn? column, RowErrorCode code, string message)
    {
        _mistake = (column, code, message);
        return 0;
    }

    private static bool TryReadDigits(ReadOnlySpan<byte> value, out long number)
    {
        number = 0;
        return value.Length is > 0 and <= 18 && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(value, out number, out var used) && used == value.Length;
    }

    private static int CountCharacters(ReadOnlySpan<byte> value)
    {
        var count = 0;
        foreach (var unit in value)
        {
            if ((unit & 0xC0) != 0x80) count++;
        }

        return count;
    }

    // C0 and DEL are single bytes; C1 is C2 80 to C2 9F.
    private static bool HasControl(ReadOnlySpan<byte> value) =>
        value.ContainsAnyInRange((byte)0, (byte)0x1F) || value.Contains((byte)0x7F)
        || (value.IndexOf((byte)0xC2) is >= 0 and var at && Encoding.UTF8.GetString(value[at..]).Any(char.IsControl));

    // Cuts between characters, and replaces control characters, which neither the database nor a log accepts in a message.
    private static string Shown(ReadOnlySpan<byte> value)
    {
        var length = Math.Min(value.Length, 40);
        while (length > 0 && length < value.Length && (value[length] & 0xC0) == 0x80) length--;
        return string.Concat(Encoding.UTF8.GetString(value[..length]).Select(character => char.IsControl(character) ? ' ' : character));
    }
}
