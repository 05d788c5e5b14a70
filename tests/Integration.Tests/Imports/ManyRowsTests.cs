using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

[Collection<OneProcessCollection>]
public sealed class ManyRowsTests(OneProcess shared) : SystemTest
{
    private readonly ImportApi _imports = new(shared.System);

    [Fact]
    public async Task A_thousand_bad_rows_among_a_hundred_thousand_are_reported_one_by_one()
    {
        const int Rows = 100_000;
        var prefix = Catalogue.NewPrefix();
        static (string Column, string Code)? MistakeOf(int n) => n % 100 != 57 ? null : (n / 100 % 4) switch
        {
            0 => ("Price", "INVALID_PRICE"),
            1 => ("Stock", "NEGATIVE_STOCK"),
            2 => ("Internal ID", "MISSING_VALUE"),
            _ => ("Stock", "INVALID_STOCK"),
        };

        var import = await _imports.RunAsync(Catalogue.Of(prefix, Rows, n => MistakeOf(n)?.Code switch
        {
            null => null,
            "INVALID_PRICE" => Catalogue.Line(prefix, n, price: "1.2.3"),
            "NEGATIVE_STOCK" => Catalogue.Line(prefix, n, stock: "-7"),
            "MISSING_VALUE" => Catalogue.Line(prefix, n, key: ""),
            _ => Catalogue.Line(prefix, n, stock: "several"),
        }));

        Counts.Of(import).ShouldBe(new Counts(Rows, Rows - 1_000, 1_000, Inserted: Rows - 1_000));
        var expected = Enumerable.Range(1, Rows).Where(n => MistakeOf(n) is not null)
            .Select(n => new RowError(n + 1, MistakeOf(n)!.Value.Column, MistakeOf(n)!.Value.Code)).ToList();
        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldBe(expected);
        (await _imports.CountAsync(prefix)).ShouldBe(Rows - 1_000);
        var stock = await shared.System.Inventory.ScalarAsync<long>(
            "SELECT sum(available_quantity) FROM inventory_items WHERE starts_with(product_id, $1)", prefix);
        stock.ShouldBe(Enumerable.Range(1, Rows).Where(n => MistakeOf(n) is null).Sum(n => (long)(n % 500)));
    }
}
