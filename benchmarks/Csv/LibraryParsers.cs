using System.Buffers.Text;
using System.Text;
using CsvHelper;
using Fulfillment.Cli;
using Fulfillment.Inventory.ImportProducts.Csv;
using nietras.SeparatedValues;
using CsvField = Fulfillment.Inventory.ImportProducts.Csv.CsvField;
using CsvStatus = Fulfillment.Inventory.ImportProducts.Csv.CsvStatus;
using OwnReader = Fulfillment.Inventory.ImportProducts.Csv.CsvReader;

namespace Fulfillment.Benchmarks.Csv;

/// <summary>Parsers that give each field of each record, without a check of its content, and as few objects as they can.</summary>
internal static class LibraryParsers
{
    private const int Columns = 13;

    /// <summary>With the byte offset and the line of each record, and strict quoting, as the import needs them.</summary>
    public static Checksum ReadByCsvHelper(byte[] file)
    {
        var options = new CsvReaderOptions { Separator = ',', TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw };
        using var csv = CsvHelper.CsvReader.Create(file, options);
        csv.ReadHeader();
        var names = csv.Headers.ToList();
        var (key, price, stock) = (names.IndexOf("Internal ID"), names.IndexOf("Price"), names.IndexOf("Stock"));
        var (sum, seen) = (default(Checksum), 0L);
        while (csv.Read())
        {
            seen += csv.ByteOffset + csv.LineNumber;
            for (var i = 0; i < csv.FieldCount; i++) seen += csv.GetSpan(i).Length;
            sum = Add(sum, csv.GetSpan(price), csv.GetSpan(stock), csv.GetSpan(key).Length);
        }

        return seen > 0 ? sum : default;
    }

    /// <summary>Sep reads characters, so it knows lines and no byte offsets.</summary>
    public static Checksum ReadBySep(byte[] file)
    {
        using var text = new StreamReader(new MemoryStream(file));
        using var csv = SepReaderExtensions.From(Sep.Reader(options => options with { Unescape = true }), text);
        var (key, price, stock) = (csv.Header.IndexOf("Internal ID"), csv.Header.IndexOf("Price"), csv.Header.IndexOf("Stock"));
        var (sum, seen) = (default(Checksum), 0L);
        foreach (var row in csv)
        {
            seen += row.LineNumberFrom;
            for (var i = 0; i < row.ColCount; i++) seen += row[i].Span.Length;
            sum = sum.Add((long)(row[price].Parse<decimal>() * 100), row[stock].Parse<int>(), row[key].Span.Length);
        }

        return seen > 0 ? sum : default;
    }

    /// <summary>An object with its strings for each row.</summary>
    public static Checksum ReadBySylvan(byte[] file)
    {
        using var text = new StreamReader(new MemoryStream(file));
        using var csv = Sylvan.Data.Csv.CsvDataReader.Create(text);
        var (key, price, stock) = (csv.GetOrdinal("Internal ID"), csv.GetOrdinal("Price"), csv.GetOrdinal("Stock"));
        var (sum, seen) = (default(Checksum), 0L);
        while (csv.Read())
        {
            for (var i = 0; i < csv.FieldCount; i++) seen += csv.GetString(i).Length;
            sum = sum.Add((long)(csv.GetDecimal(price) * 100), csv.GetInt32(stock), csv.GetString(key).Length);
        }

        return seen > 0 ? sum : default;
    }

    /// <summary>The reader of the import.</summary>
    public static Checksum ReadByOwn(byte[] file)
    {
        var (fields, buffer) = (new CsvField[Columns], new byte[OwnReader.MaxRecord]);
        using var reader = new OwnReader(file, (byte)',', complete: true, fields);
        reader.Read();
        var names = fields.Select(field => Encoding.UTF8.GetString(file, field.Start, field.Length)).ToList();
        var (key, price, stock) = (names.IndexOf("Internal ID"), names.IndexOf("Price"), names.IndexOf("Stock"));
        var (sum, seen) = (default(Checksum), 0L);
        while (reader.Read() == CsvStatus.Record)
        {
            seen += reader.Start + reader.StartLine;
            for (var i = 0; i < reader.FieldCount; i++) seen += Value(i).Length;
            sum = Add(sum, Value(price), Value(stock), Value(key).Length);
        }

        return seen > 0 ? sum : default;

        ReadOnlySpan<byte> Value(int i)
        {
            var value = file.AsSpan(fields[i].Start, fields[i].Length);
            return fields[i].Escaped ? buffer.AsSpan(0, Cell.Unescape(value, buffer)) : value;
        }
    }

    private static Checksum Add(Checksum sum, ReadOnlySpan<byte> price, ReadOnlySpan<byte> stock, int keyLength)
    {
        if (!Utf8Parser.TryParse(price, out decimal amount, out _)) throw new CommandException("A row has no price.");
        if (!Utf8Parser.TryParse(stock, out int pieces, out _)) throw new CommandException("A row has no stock.");
        return sum.Add((long)(amount * 100), pieces, keyLength);
    }
}
