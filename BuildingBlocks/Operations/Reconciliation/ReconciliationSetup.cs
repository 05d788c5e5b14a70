using System.Globalization;

namespace Fulfillment.Operations.Reconciliation;

/// <summary>A module's entry for one order: the least that a join over the modules needs.</summary>
public interface IReconciliationEntry
{
    /// <summary>Number of the order.</summary>
    long OrderId { get; }
}

/// <summary>Query of a module's reconciliation feed.</summary>
/// <param name="Sql">One row per order with a number above <c>$1</c>, ascending, at most <c>$2</c> rows. A constant.</param>
/// <param name="Read">Makes an entry from the current row.</param>
public sealed record ReconciliationQuery<TEntry>(string Sql, Func<NpgsqlDataReader, TEntry> Read)
    where TEntry : IReconciliationEntry;

/// <summary>The reconciliation feed is the source of an audit over all modules: long pages that are cheap to read, oldest first.</summary>
public static class ReconciliationSetup
{
    /// <summary>Header with the largest number of an order of which retention has removed rows; 0 when it has removed nothing.</summary>
    public const string RemovedTo = "Orders-Removed-To";

    private const string AfterName = "after";
    private const string LimitName = "limit";
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 10_000;

    /// <summary>
    /// <c>GET {prefix}/ops/reconciliation?after=N&amp;limit=N</c>: an array in the order of the orders' numbers, with a
    /// <c>Link</c> to the next page when there is one.
    /// </summary>
    /// <param name="app">The routes.</param>
    /// <param name="prefix">Prefix of the module, for example <c>/api/orders</c>.</param>
    /// <param name="tag">Tag of the module's endpoints.</param>
    /// <param name="query">Reads the entries.</param>
    public static void MapReconciliationFeed<TContext, TEntry>(
        this IEndpointRouteBuilder app, string prefix, string tag, ReconciliationQuery<TEntry> query)
        where TContext : DbContext
        where TEntry : IReconciliationEntry =>
        app.MapGet($"{prefix}/ops/reconciliation", (HttpRequest request, ModuleDatabase<TContext> database, CancellationToken ct) =>
            ReadAsync(request, database.Queries, query, ct)).WithTags(tag)
            .WithSummary("List what the module knows of each order").WithDescription("For an audit, by order number.").Produces<TEntry[]>()
            .WithQuery(AfterName, "Order number to begin after.")
            .WithQuery(LimitName, $"Rows, 1 to {MaxLimit}; {DefaultLimit} when absent.");

    private static async Task<IResult> ReadAsync<TEntry>(
        HttpRequest request, NpgsqlDataSource database, ReconciliationQuery<TEntry> query, CancellationToken ct)
        where TEntry : IReconciliationEntry
    {
        var parameters = new OperationQuery(request, AfterName, LimitName);
        var after = parameters.Number(AfterName, least: 0, long.MaxValue) ?? 0;
        var limit = (int)(parameters.Number(LimitName, least: 1, MaxLimit) ?? DefaultLimit);
        if (parameters.Invalid is { } invalid) return invalid;

        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection).Add(query.Sql, after, limit + 1);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT orders_removed_to FROM retention_progress"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var entries = await reader.ReadAllAsync(query.Read);
        // Read after the entries: an order that was removed meanwhile is among the removed ones.
        var removedTo = (await reader.ReadAllAsync(row => row.GetInt64(0)))[0];
        request.HttpContext.Response.Headers[RemovedTo] = removedTo.ToString(CultureInfo.InvariantCulture);
        if (entries.Count > limit)
        {
            entries.RemoveAt(limit);
            request.HttpContext.Response.Headers.Link =
                $"<{request.Path}?{AfterName}={entries[^1].OrderId}&{LimitName}={limit}>; rel=\"next\"";
        }

        return TypedResults.Ok(entries);
    }
}
