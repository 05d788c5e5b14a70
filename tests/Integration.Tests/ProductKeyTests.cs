using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;
using Integration.Tests.Imports;

namespace Integration.Tests;

/// <summary>Products whose ids have characters that mean something in an address, or many bytes.</summary>
[Collection<OneProcessCollection>]
public sealed partial class ProductKeyTests(OneProcess shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly ImportApi _imports = new(shared.System);

    [Theory]
    [InlineData("A/B")]
    [InlineData("/")]
    [InlineData("A//B/")]
    [InlineData("A B+C")]
    [InlineData("100%")]
    [InlineData("A?B#C&D=E;F")]
    [InlineData("a.b..c")]
    [InlineData("A/adjustments")]
    [InlineData("Größe/ß€")]
    public async Task Product_is_found_by_its_escaped_id_whatever_characters_it_has(string id)
    {
        var prefix = Catalogue.NewPrefix();
        var product = prefix + id;
        var address = $"/api/inventory/items/{Uri.EscapeDataString(product)}";

        using var created = await _system.Api("Inventory").PutAsJsonAsync(address, new { productName = "N", availableQuantity = 5 });
        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        created.Headers.Location!.OriginalString.ShouldBe(address);
        (await _system.Inventory.ScalarAsync<string>("SELECT product_id FROM inventory_items WHERE starts_with(product_id, $1)", prefix))
            .ShouldBe(product);
        using var adjusted = await _system.Api("Inventory").PostAsJsonAsync($"{address}/adjustments", new { delta = 2, reason = "Found" });
        adjusted.StatusCode.ShouldBe(HttpStatusCode.OK, await adjusted.Content.ReadAsStringAsync());
        (await _system.GetAsync("Inventory", address)).GetProperty("availableQuantity").GetInt32().ShouldBe(7);

        await _imports.RunAsync($"Internal ID;Name;Price;Stock\n{product.Replace(";", "")};N;1;5\n");
        (await _system.GetAsync("Inventory", $"/api/inventory/products/{Uri.EscapeDataString(product.Replace(";", ""))}"))
            .GetProperty("name").GetString().ShouldBe("N");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("A/../B")]
    [InlineData("A%2FB")]
    [InlineData("A%2fB")]
    public async Task Row_whose_key_no_address_can_have_is_rejected(string key)
    {
        var import = await _imports.RunAsync(Catalogue.Small($"{key},N,1,5"));

        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldBe([new RowError(2, "Internal ID", "INVALID_KEY")]);
    }

    [Fact]
    public async Task Id_with_dots_between_slashes_is_refused()
    {
        using var refused = await _system.Api("Inventory")
            .PutAsJsonAsync("/api/inventory/items/A%2F..%2FB", new { productName = "N", availableQuantity = 5 });

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("errors").EnumerateObject().Single().Name.ShouldBe("productId");
    }

    [Fact]
    public async Task List_of_products_whose_ids_have_four_bytes_a_character_can_be_read_to_its_end()
    {
        var prefix = Catalogue.NewPrefix();
        string[] ids =
        [
            .. Enumerable.Range(0, 3).Select(n => $"{prefix}{n}{string.Concat(Enumerable.Repeat("🚲", 64 - prefix.Length - 1))}"),
        ];
        var import = await _imports.RunAsync(Catalogue.Small([.. ids.Select(id => $"{id},N,1,5")]));
        Counts.Of(import).Inserted.ShouldBe(3);

        var found = new List<string>();
        for (var next = $"/api/inventory/items?search={prefix}&limit=1"; next is not null;)
        {
            using var response = await _system.Api("Inventory").GetAsync(new Uri(next, UriKind.Relative));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            found.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(
                item => item.GetProperty("productId").GetString()!));
            next = response.Headers.TryGetValues("Link", out var links) ? NextLink().Match(links.Single()).Groups[1].Value : null;
        }

        found.ShouldBe(ids);
        using var set = await _system.Api("Inventory")
            .PutAsJsonAsync($"/api/inventory/items/{Uri.EscapeDataString(ids[0])}", new { productName = "N", availableQuantity = 9 });
        set.StatusCode.ShouldBe(HttpStatusCode.OK, await set.Content.ReadAsStringAsync());
        (await _system.StockAsync(Uri.EscapeDataString(ids[0]))).ShouldBe((9, 0, 0));
    }

    [Fact]
    public async Task Stock_that_does_not_fit_beside_what_was_sold_is_refused()
    {
        var product = $"{Catalogue.NewPrefix()}SOLD";
        await _system.StockUpAsync(product, 5);
        await _system.Inventory.ExecuteAsync(
            "UPDATE inventory_items SET sold_quantity = 1500000000, received_quantity = 1500000005 WHERE product_id = $1", product);
        var address = $"/api/inventory/items/{product}";

        using var set = await _system.Api("Inventory")
            .PutAsJsonAsync(address, new { productName = "N", availableQuantity = 1_000_000_000 });
        using var adjusted = await _system.Api("Inventory")
            .PostAsJsonAsync($"{address}/adjustments", new { delta = 900_000_000, reason = "Found" });

        foreach (var response in new[] { set, adjusted })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.Conflict, await response.Content.ReadAsStringAsync());
            (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("STOCK_CONFLICT");
        }

        (await _system.StockAsync(product)).ShouldBe((5, 0, 1_500_000_000));
        await _system.Inventory.ExecuteAsync("DELETE FROM inventory_items WHERE product_id = $1", product);
    }

    [GeneratedRegex("^<([^>]+)>; rel=\"next\"$")]
    private static partial Regex NextLink();
}
