using Carter;
using FluentValidation;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Payment.Simulate;

internal sealed class SimulatorValidator : AbstractValidator<SimulatorSettings>
{
    // A charge keeps its message unacknowledged, and the broker's acknowledgement timeout is half an hour.
    public const int MaxLatencyMs = 30_000;

    public SimulatorValidator()
    {
        RuleFor(settings => settings.SuccessRate).InclusiveBetween(0, 1).WithMessage("must be from 0 to 1");
        RuleFor(settings => settings.LatencyMs.Min).InclusiveBetween(0, MaxLatencyMs).WithMessage($"must be from 0 to {MaxLatencyMs}");
        RuleFor(settings => settings.LatencyMs.Max).InclusiveBetween(0, MaxLatencyMs).WithMessage($"must be from 0 to {MaxLatencyMs}");
        RuleFor(settings => settings.LatencyMs.Max).Must((settings, max) => max >= settings.LatencyMs.Min)
            .WithMessage("must not be less than min");
    }
}

/// <summary>Shows and changes the settings of the simulated gateway.</summary>
public sealed class SimulatorEndpoints : ICarterModule
{
    private static readonly SimulatorValidator Validator = new();

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/payments/simulator", GetAsync).WithTags("Simulator")
            .WithSummary("Show how the simulated gateway behaves");
        app.MapPut("/api/payments/simulator", SetAsync).WithTags("Simulator")
            .WithSummary("Change how the simulated gateway behaves")
            .WithDescription(
                "Every replica follows within a second, and restarts keep it. Customers CUST-APPROVE... and CUST-DECLINE... "
                + "are certain at any rate.")
            .Produces<SimulatorSettings>();
    }

    private static async Task<Ok<SimulatorSettings>> GetAsync(Simulator simulator, CancellationToken ct) =>
        TypedResults.Ok(await simulator.GetAsync(ct));

    private static async Task<IResult> SetAsync(SimulatorSettings request, Simulator simulator, CancellationToken ct)
    {
        if (Validator.Check(request) is { } invalid) return invalid;
        await simulator.SetAsync(request, ct);
        return TypedResults.Ok(request);
    }
}
