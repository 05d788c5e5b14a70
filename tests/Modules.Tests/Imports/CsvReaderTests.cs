using System.Text;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n\n\r")]
    [InlineData("a,b\nc,d\n", "1: a|b", "2: c|d")]
    [InlineData("a,b\r\nc,d\r\n", "1: a|b", "2: c|d")]
    [InlineData("a\r\nb\nc\r\n", "1: a", "2: b", "3: c")]
    [InlineData(",,\n", "1: ||")]
    [InlineData("\"a\",\"\",b\n", "1: a||b")]
    [InlineData("\"a,b\",c\n", "1: a,b|c")]
    [InlineData("\"a\nb\",c\nd\n", "1: a\nb|c", "3: d")]
    [InlineData("\"a\r\nb\"\r\n\r\nc", "1: a\r\nb", "4: c")]
    [InlineData("\"a\"\"b\",\"\"\"\",\"\"\"\"\"\"\n", "1: a\"b|\"|\"\"")]
    public void Records_and_their_cells_are_found(string data, params string[] records) => CsvRecords.Read(data).ShouldBe(records);

    [Theory]
    [InlineData("\n\na\n\r\n\nb\n\n", "3: a", "6: b")]
    [InlineData("a\n\"\"\nb", "1: a", "2: ", "3: b")]
    [InlineData("a\n \nb", "1: a", "2:  ", "3: b")]
    public void Empty_lines_are_counted_but_are_no_records(string data, params string[] records) => CsvRecords.Read(data).ShouldBe(records);

    [Theory]
    [InlineData("a,b", "1: a|b")]
    [InlineData("a,", "1: a|")]
    [InlineData("a\r", "1: a")]
    [InlineData("a,\"b\"", "1: a|b")]
    [InlineData("a,\"b\"\r", "1: a|b")]
    [InlineData("a\n\r", "1: a")]
    public void The_last_line_needs_no_end(string data, params string[] records) => CsvRecords.Read(data).ShouldBe(records);

    [Theory]
    [InlineData("a\rb\n", "1: a\rb")]
    [InlineData("\ra\n\r,\n", "1: \ra", "2: \r|")]
    [InlineData("a\r\r\nb", "1: a\r", "2: b")]
    public void A_carriage_return_alone_is_a_character_like_any_other(string data, params string[] records) =>
        CsvRecords.Read(data).ShouldBe(records);

    [Theory]
    [InlineData("\u00EF\u00BB\u00BF\"a\",b\n", "1: BadQuoting \u00EF\u00BB\u00BF\"a\",b")]
    [InlineData("\u00EF\u00BB\u00BFa\rb\nc\n", "1: \u00EF\u00BB\u00BFa\rb", "2: c")]
    [InlineData("\u00FF\u00FEa,\nb\n", "1: \u00FF\u00FEa|", "2: b")]
    [InlineData("\u00FE\u00FF\na\n", "1: \u00FE\u00FF", "2: a")]
    [InlineData("\0\0\u00FE\u00FF\na\n", "1: \0\0\u00FE\u00FF", "2: a")]
    [InlineData("\"a\n\u00FF\u00FE\n", "1: BadQuoting \"a", "2: \u00FF\u00FE")]
    [InlineData("sep=,\na\n", "1: sep=|", "2: a")]
    public void First_bytes_have_no_meaning_of_their_own(string data, params string[] records) => CsvRecords.Read(data).ShouldBe(records);

    [Fact]
    public void A_broken_row_costs_the_same_however_many_follow()
    {
        const int Rows = 20_000;
        var data = Bytes(string.Concat(Enumerable.Repeat("\"a,b\n", Rows)));
        using var reader = new CsvReader(data, (byte)',', complete: true, new CsvField[2]);
        var (before, broken) = (GC.GetAllocatedBytesForCurrentThread(), 0);

        while (reader.Read() == CsvStatus.Record) broken += reader.Mistake == CsvMistake.BadQuoting ? 1 : 0;

        broken.ShouldBe(Rows);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Rows * 2_000L);
    }

    [Theory]
    [InlineData("\"a", "1: BadQuoting \"a")]
    [InlineData("a\n\"b\nc\n", "1: a", "2: BadQuoting \"b", "3: c")]
    [InlineData("\"a\nb,\"c\"\nd", "1: BadQuoting \"a", "2: b|c", "3: d")]
    [InlineData("\"a\n\n\"b\nc", "1: BadQuoting \"a", "3: BadQuoting \"b", "4: c")]
    [InlineData("a\"b,c\r\nd\n", "1: BadQuoting a\"b,c", "2: d")]
    [InlineData("x,a\"\nd\n", "1: BadQuoting x,a\"", "2: d")]
    [InlineData("\"a\"b,c\nd", "1: BadQuoting \"a\"b,c", "2: d")]
    [InlineData("\"a\" ,c\nd", "1: BadQuoting \"a\" ,c", "2: d")]
    [InlineData("\"a\"\rb\nd", "1: BadQuoting \"a\"\rb", "2: d")]
    [InlineData(" \"a\"\nd", "1: BadQuoting  \"a\"", "2: d")]
    public void A_broken_record_ends_with_its_first_line(string data, params string[] records) => CsvRecords.Read(data).ShouldBe(records);

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void Only_its_own_delimiter_ends_a_cell(char delimiter)
    {
        var others = ",;\t".Replace(delimiter.ToString(), "", StringComparison.Ordinal);

        CsvRecords.Read($"{others}{delimiter}\"{delimiter}\"\n", delimiter).ShouldBe([$"1: {others}|{delimiter}"]);
    }

    [Fact]
    public void Cells_without_room_are_counted()
    {
        var fields = new CsvField[2];
        using var reader = new CsvReader("a,b,c,d\n"u8.ToArray(), (byte)',', complete: true, fields);

        reader.Read().ShouldBe(CsvStatus.Record);

        reader.FieldCount.ShouldBe(4);
        fields.ShouldBe([new CsvField(0, 1, false), new CsvField(2, 1, false)]);
    }

    [Fact]
    public void Lines_are_counted_from_where_the_bytes_start() =>
        CsvRecords.Read("a\nb"u8.ToArray(), ',', complete: true, line: 100).Records.ShouldBe(["100: a", "101: b"]);

    [Theory]
    [InlineData("\n", true)]
    [InlineData("\r\n", true)]
    [InlineData("\n", false)]
    [InlineData("\r\n", false)]
    public void The_longest_record_is_read_and_one_byte_more_is_too_long(string end, bool complete)
    {
        foreach (var shape in new[] { "", "\"" })
        {
            var longest = shape + new string('a', CsvReader.MaxRecord - (2 * shape.Length)) + shape;
            var tooLong = shape + new string('a', CsvReader.MaxRecord + 1 - (2 * shape.Length)) + shape;

            var (records, _, _, line) = CsvRecords.Read(Bytes($"{longest}{end}{tooLong}{end}b{end}"), ',', complete);

            records.ShouldBe([$"1: {longest.Trim('"')}", $"2: TooLong {tooLong}", "3: b"]);
            line.ShouldBe(4);
        }
    }

    [Theory]
    [InlineData(0, "None")]
    [InlineData(1, "TooLong")]
    [InlineData(2, "TooLong")]
    [InlineData(3, "TooLong")]
    public void The_limit_holds_for_a_last_line_without_end(int above, string mistake)
    {
        var (records, end, _, _) = CsvRecords.Read(Bytes(new string('a', CsvReader.MaxRecord + above)), ',', complete: true);

        records.Count.ShouldBe(1);
        records[0].StartsWith($"1: {mistake} ", StringComparison.Ordinal).ShouldBe(mistake != "None");
        end.ShouldBe(CsvStatus.End);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_of_several_lines_that_is_too_long_ends_with_its_first_line(bool complete)
    {
        var rest = new string('b', CsvReader.MaxRecord - 5);

        CsvRecords.Read(Bytes($"\"a\n{rest}b\"\nc\n"), ',', complete).Records.ShouldBe([$"1: a\n{rest}b", "3: c"]);
        foreach (var more in new[] { "bb", "bbb", "bbbb", "bbbbb" })
            CsvRecords.Read(Bytes($"\"a\n{rest}{more}\nc\n"), ',', complete).Records.Take(1).ShouldBe(["1: BadQuoting \"a"]);
        CsvRecords.Read(Bytes($"\"a\n{rest}bb\"\nc\n"), ',', complete).Records.ShouldBe(
            ["1: BadQuoting \"a", $"2: BadQuoting {rest}bb\"", "3: c"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a,b")]
    [InlineData("a,")]
    [InlineData("\r")]
    [InlineData("a\r")]
    [InlineData("\"a")]
    [InlineData("\"a\"")]
    [InlineData("\"a\"\r")]
    [InlineData("\"a\"b")]
    [InlineData("a\"b")]
    public void More_bytes_are_needed_where_they_could_make_a_difference(string data)
    {
        var (records, end, position, _) = CsvRecords.Read(Bytes("x\n" + data), ',', complete: false);

        records.ShouldBe(["1: x"]);
        end.ShouldBe(CsvStatus.NeedMore);
        position.ShouldBe(data == "\n" ? 3 : 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("x\"")]
    public void A_line_without_an_end_in_reach_is_endless(string start)
    {
        var line = start + new string('a', CsvReader.MaxRecord + 2 - start.Length);

        CsvRecords.Read(Bytes(line[..^1]), ',', complete: false).End.ShouldBe(CsvStatus.NeedMore);
        var (records, end, position, next) = CsvRecords.Read(Bytes(line), ',', complete: false);

        records.ShouldBe([$"1: TooLong {line}"]);
        (end, position, next).ShouldBe((CsvStatus.Endless, line.Length, 1L));
        CsvRecords.Read(Bytes(line + "\nb"), ',', complete: true).Records.ShouldBe([$"1: TooLong {line}", "2: b"]);
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
