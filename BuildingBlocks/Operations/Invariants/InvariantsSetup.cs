using Fulfillment.Core;
using Fulfillment.Operations.Retention;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Fulfillment.Operations.Invariants;

/// <summary>Registers and maps the checks of invariants.</summary>
public static class InvariantsSetup
{
    private const string OpenSeconds = "openSeconds";
    private const int MaxOpenSeconds = 86_400;

    /// <summary>Settings and metrics of the process; each enabled module adds its invariants.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static void AddAuditing(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddValidatedOptions<AuditOptions>(builder.Configuration, "Audit");
        builder.Services.AddValidatedOptions<RetentionOptions>(builder.Configuration, "Retention");
        builder.Services.AddSingleton<InvariantMetrics>();
    }

    /// <summary>The invariants of a module, and the background job that checks them.</summary>
    public static void AddInvariants<TContext>(this IHostApplicationBuilder builder, IReadOnlyList<Invariant> invariants)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<Auditor<TContext>>(services, invariants));
        builder.Services.AddHostedService<AuditService<TContext>>();
    }

    /// <summary><c>GET {prefix}/ops/invariants?openSeconds=N</c>: 200 with the report, also when an invariant is violated.</summary>
    /// <param name="app">The routes.</param>
    /// <param name="prefix">Prefix of the module, for example <c>/api/orders</c>.</param>
    /// <param name="tag">Tag of the module's endpoints.</param>
    public static void MapInvariants<TContext>(this IEndpointRouteBuilder app, string prefix, string tag)
        where TContext : DbContext =>
        app.MapGet($"{prefix}/ops/invariants", CheckAsync<TContext>).WithTags(tag)
            .WithSummary("Check what is always true of the module's database")
            .WithDescription("Answers 200 with the violations, if there are any, and how much of the tables was checked.")
            .Produces<InvariantReport>().ProducesErrors(503, "AUDIT_TIMEOUT")
            .WithQuery(OpenSeconds, "Seconds that something may be open.");

    private static async Task<IResult> CheckAsync<TContext>(
        HttpRequest request, Auditor<TContext> auditor, IOptions<AuditOptions> options, CancellationToken ct)
        where TContext : DbContext
    {
        var errors = OperationQuery.Read(request, OpenSeconds);
        var openSeconds = OperationQuery.Number(request, OpenSeconds, options.Value.OpenSeconds, least: 0, MaxOpenSeconds, errors);
        if (errors.Count > 0) return Problems.Invalid(errors);
        return await auditor.CheckAsync(openSeconds, ct) is { } report
            ? TypedResults.Ok(report)
            : Problems.Of(StatusCodes.Status503ServiceUnavailable, "AUDIT_TIMEOUT", "Another audit of this process has not ended yet.");
    }
}
