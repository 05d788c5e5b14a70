using System.Buffers.Binary;
using CsCheck;
using Fulfillment.Inventory.ImportProducts.Process;

namespace Modules.Tests.Imports;

public sealed class BinaryCopyTests
{
    private const int Header = 19;

    [Fact]
    public void A_row_is_written_as_PostgreSQL_documents_it()
    {
        using var copy = new BinaryCopy(0);
        copy.StartRow(3);
        copy.Text("é"u8);
        copy.Text(default);
        copy.Integer(-2);

        Convert.ToHexString(copy.Written).ShouldBe(
            "5047434F50590AFF0D0A00" + "00000000" + "00000000" + "0003" + "00000002C3A9" + "FFFFFFFF" + "00000004FFFFFFFE");
        copy.Rows.ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(999_999)]
    [InlineData(1_000_000)]
    [InlineData(1_000_001)]
    [InlineData(ChunkParser.MaxPriceCents)]
    [InlineData(long.MaxValue)]
    public void Money_is_the_same_number(long cents)
    {
        using var copy = new BinaryCopy(0);

        copy.Money(cents);

        Decode(copy.Written[Header..]).ShouldBe(cents / 100m);
    }

    [Fact]
    public void Any_money_is_the_same_number()
    {
        Gen.OneOf(Gen.Long[0, 2_000_000], Gen.Long[0, ChunkParser.MaxPriceCents], Gen.Long[0, long.MaxValue]).Sample(
            cents =>
            {
                using var copy = new BinaryCopy(0);
                copy.Money(cents);
                return Decode(copy.Written[Header..]) == cents / 100m;
            },
            iter: 20_000);
    }

    [Fact]
    public void Rows_outgrow_what_was_reserved_for_them()
    {
        using var copy = new BinaryCopy(16);
        for (var i = 0; i < 1_000; i++)
        {
            copy.StartRow(2);
            copy.Integer(i);
            copy.Text("some text"u8);
        }

        const int Row = 2 + 8 + 4 + 9;
        copy.Written.Length.ShouldBe(Header + (1_000 * Row));
        for (var i = 0; i < 1_000; i++)
        {
            var row = copy.Written.Slice(Header + (i * Row), Row);
            BinaryPrimitives.ReadInt32BigEndian(row[6..]).ShouldBe(i);
            row[14..].SequenceEqual("some text"u8).ShouldBeTrue();
        }
    }

    // As numeric_recv reads it: count, weight, sign and scale, then digits of base 10,000.
    private static decimal Decode(ReadOnlySpan<byte> field)
    {
        short Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);
        var (count, weight) = (Short(field, 4), Short(field, 6));
        BinaryPrimitives.ReadInt32BigEndian(field).ShouldBe(8 + (2 * count));
        field.Length.ShouldBe(12 + (2 * count));
        (Short(field, 8), Short(field, 10)).ShouldBe(((short)0, (short)2));
        var number = 0m;
        for (var i = 0; i < count; i++)
        {
            var digit = Short(field, 12 + (2 * i));
            digit.ShouldBeInRange((short)0, (short)9_999);
            var place = (decimal)digit;
            for (var power = weight - i; power > 0; power--) place *= 10_000;
            for (var power = weight - i; power < 0; power++) place /= 10_000;
            number += place;
        }

        return number;
    }
}
