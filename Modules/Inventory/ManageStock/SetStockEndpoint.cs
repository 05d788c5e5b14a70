using System.Text;
using Carter;
using FluentValidation;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Fulfillment.Inventory.ManageStock;

/// <summary>Body of <c>PUT /api/inventory/items/{productId}</c>.</summary>
/// <example>{ "productName": "Mouse", "availableQuantity": 50 }</example>
public sealed record SetStockRequest(string ProductName, int AvailableQuantity);

internal sealed class SetStockValidator : AbstractValidator<(string ProductId, SetStockRequest Body)>
{
    public const int MaxQuantity = 1_000_000_000;

    public SetStockValidator()
    {
        RuleFor(request => request.ProductId).Id().OverridePropertyName("productId");
        RuleFor(request => request.ProductId).Must(id => ProductKey.IsAddressable(Encoding.UTF8.GetBytes(id)))
            .WithMessage("must not have . or .. between slashes").OverridePropertyName("productId");
        RuleFor(request => request.Body.ProductName).Text(200).OverridePropertyName("productName");
        RuleFor(request => request.Body.AvailableQuantity).InclusiveBetween(0, MaxQuantity)
            .WithMessage($"must be from 0 to {MaxQuantity}").OverridePropertyName("availableQuantity");
    }
}

public sealed class SetStockEndpoint : ICarterModule
{
    // Reserved and sold pieces stay unchanged; xmax is zero only for a row that this statement inserted.
    private const string Upsert = """
        INSERT INTO inventory_items AS item (product_id, product_name, available_quantity, reserved_quantity, sold_quantity,
            received_quantity, updated_at)
        VALUES ($1, $2, $3, 0, 0, $3, now())
        ON CONFLICT (product_id) DO UPDATE SET product_name = $2, available_quantity = $3,
            received_quantity = $3 + item.reserved_quantity + item.sold_quantity, updated_at = now()
            WHERE $3::bigint + item.reserved_quantity + item.sold_quantity <= $4
        RETURNING reserved_quantity, sold_quantity, updated_at, xmax = 0
        """;

    private static readonly SetStockValidator Validator = new();

    public void AddRoutes(IEndpointRouteBuilder app) => app.MapPut("/api/inventory/items/{productId}", SetAsync).WithTags("Inventory")
        .WithSummary("Create a product, or set its available stock").WithDescription("What is reserved or sold stays so.")
        .Produces<StockView>().Produces<StockView>(StatusCodes.Status201Created).ProducesErrors(409, "STOCK_CONFLICT");

    private static async Task<IResult> SetAsync(
        string productId, SetStockRequest request, ModuleDatabase<InventoryDbContext> database, CancellationToken ct)
    {
        productId = ProductKey.FromRoute(productId);
        if (Validator.Check((productId, request)) is { } invalid) return invalid;

        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand(Upsert, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = productId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.ProductName });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = request.AvailableQuantity });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = InventoryItem.MaxReceived });
        StockView stock;
        bool isNew;
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            if (!await reader.ReadAsync(ct))
            {
                return Problems.Conflict(
                    "STOCK_CONFLICT",
                    $"Product {productId} would have more than {InventoryItem.MaxReceived} available, reserved and sold pieces.");
            }

            stock = new StockView(
                productId, request.ProductName, request.AvailableQuantity, reader.GetInt32(0), reader.GetInt32(1),
                reader.GetFieldValue<DateTimeOffset>(2));
            isNew = reader.GetBoolean(3);
        }

        await transaction.CommitKnownAsync();
        return isNew ? TypedResults.Created($"/api/inventory/items/{Uri.EscapeDataString(productId)}", stock) : TypedResults.Ok(stock);
    }
}
