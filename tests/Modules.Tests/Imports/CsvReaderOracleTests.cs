using System.Text;
using CsCheck;
using Fulfillment.Inventory.ImportProducts.Csv;
using Sylvan.Data.Csv;

namespace Modules.Tests.Imports;

/// <summary>What others write and read is read alike.</summary>
public sealed class CsvReaderOracleTests
{
    private static readonly Gen<char> Delimiters = Gen.OneOf(',', ';', '\t', '|');

    private static readonly Gen<string> Values =
        Gen.OneOf("a", "B", "\"", ",", ";", "\t", "|", "\n", "\r", "\r\n", " ", "'", "é", "漢", "😀", "0").Array[0, 6]
            .Select(string.Concat);

    // Two columns at least: a record of one empty cell would be an empty line.
    private static readonly Gen<string[][]> Tables =
        Gen.Int[2, 5].SelectMany(columns => Values.Array[columns].Array[1, 8]);

    [Fact]
    public void What_CsvHelper_writes_is_read_as_it_was()
    {
        Gen.Select(Tables, Delimiters, Gen.Bool).Sample(
            (table, delimiter, quoteAll) => Read(Write(table, delimiter, quoteAll), delimiter).SequenceEqual(table.Select(Joined)),
            iter: 5_000);
    }

    [Fact]
    public void What_Sylvan_reads_is_read_alike()
    {
        // With lines that end with LF: among other line ends within quotes, it takes CRLF for two.
        Gen.Select(Tables, Delimiters).Sample(
            (table, delimiter) =>
            {
                var text = Write(table, delimiter, quoteAll: true);
                return Read(text, delimiter).SequenceEqual(ReadWithSylvan(text, delimiter));
            },
            iter: 5_000);
    }

    [Fact]
    public void A_broken_line_in_front_of_what_CsvHelper_writes_costs_nothing_but_itself()
    {
        // Each row begins with a quote and a letter, so it cannot close the quote of the line before it.
        var broken = Gen.OneOf("", "\"", "\"x", "x\"", "x,\"y", "\"x\"y,z", "\"x\" ,y", "x\"y\"", "\"x,\"\"");
        var rows = Values.Select(value => "v" + value).Array[2, 5];
        Gen.Select(Gen.Select(broken, rows).Array[1, 8], Gen.OneOf("\n", "\r\n")).Sample(
            (parts, end) =>
            {
                var (text, expected) = ("", new List<string>());
                foreach (var (line, row) in parts)
                {
                    if (line.Length > 0) expected.Add($"{LineAfter(text)}: BadQuoting {line}");
                    text += line + end;
                    expected.Add($"{LineAfter(text)}: {string.Join('|', row)}");
                    text += Write([row], ',', quoteAll: true);
                }

                return CsvRecords.Read(InLatin1(text)).SequenceEqual(expected.Select(InLatin1));
            },
            iter: 5_000);
    }

    private static int LineAfter(string text) => text.Count(character => character == '\n') + 1;

    private static string InLatin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Write(string[][] table, char delimiter, bool quoteAll)
    {
        var options = new CsvHelper.CsvWriterOptions
        {
            Separator = delimiter,
            Quoting = quoteAll ? CsvHelper.CsvQuoting.Always : CsvHelper.CsvQuoting.WhenNeeded,
            NewLine = quoteAll ? "\n" : "\r\n",
        };
        using var text = new MemoryStream();
        using var writer = CsvHelper.CsvWriter.Create(text, options, leaveOpen: true);
        foreach (var row in table) writer.WriteRecord(row);
        writer.Flush();
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static List<string> Read(string text, char delimiter)
    {
        var (data, fields, rows) = (Encoding.UTF8.GetBytes(text), new CsvField[5], new List<string>());
        using var reader = new CsvReader(data, (byte)delimiter, complete: true, fields);
        while (reader.Read() == CsvStatus.Record)
        {
            reader.Mistake.ShouldBe(CsvMistake.None);
            rows.Add(Joined(fields.Take(reader.FieldCount).Select(field => Value(data, field))));
        }

        return rows;
    }

    private static string Value(byte[] data, CsvField field)
    {
        var value = data.AsSpan(field.Start, field.Length);
        var unescaped = new byte[value.Length];
        return Encoding.UTF8.GetString(field.Escaped ? unescaped.AsSpan(0, Cell.Unescape(value, unescaped)) : value);
    }

    private static List<string> ReadWithSylvan(string text, char delimiter)
    {
        var options = new CsvDataReaderOptions { HasHeaders = false, Delimiter = delimiter };
        using var reader = CsvDataReader.Create(new StringReader(text), options);
        var rows = new List<string>();
        while (reader.Read()) rows.Add(Joined(Enumerable.Range(0, reader.RowFieldCount).Select(reader.GetString)));
        return rows;
    }

    private static string Joined(IEnumerable<string> values) => string.Join('\u001F', values);
}
