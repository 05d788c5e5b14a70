namespace Fulfillment.Operations.Invariants;

/// <summary><c>GET {prefix}/ops/invariants?openSeconds=N</c>: 200 with the report, also when an invariant is violated.</summary>
internal static class InvariantEndpoint<TContext>
    where TContext : DbContext
{
    private const string OpenSeconds = "openSeconds";
    private const int MaxOpenSeconds = 86_400;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/invariants", CheckAsync)
        .WithSummary("Check what is always true of the module's database")
        .WithDescription("Answers 200 with the violations, if there are any, and how much of the tables was checked.")
        .Produces<InvariantReport>().ProducesErrors(503, "AUDIT_TIMEOUT")
        .WithQuery(OpenSeconds, "Seconds that something may be open.");

    private static async Task<IResult> CheckAsync(
        HttpRequest request, Auditor<TContext> auditor, IOptions<AuditOptions> options, CancellationToken ct)
    {
        var query = new OperationQuery(request, OpenSeconds);
        var openSeconds = query.Number(OpenSeconds, least: 0, MaxOpenSeconds) ?? options.Value.OpenSeconds;
        if (query.Invalid is { } invalid) return invalid;
        return await auditor.CheckAsync(openSeconds, ct) is { } report
            ? TypedResults.Ok(report)
            : Problems.Of(StatusCodes.Status503ServiceUnavailable, "AUDIT_TIMEOUT", "Another audit of this process has not ended yet.");
    }
}
