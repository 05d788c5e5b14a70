using System.Collections.Concurrent;

namespace Fulfillment.Load.Chaos.Customers;

/// <summary>How much is known of a request once nothing more will be heard of it.</summary>
internal enum Outcome
{
    /// <summary>It happened.</summary>
    Ok,

    /// <summary>It did not happen, and never will.</summary>
    Refused,

    /// <summary>It was refused because a dependency is unavailable (503): it did not happen, and never will.</summary>
    Unavailable,

    /// <summary>It is unknown: no response, or one that says that the outcome is unknown or that something is broken.</summary>
    Info,
}

/// <summary>What became of the wish to cancel an order.</summary>
internal enum CancelOutcome
{
    NotTried,
    Cancelled,
    TooLate,

    /// <summary>Refused because a dependency is unavailable: nothing was cancelled.</summary>
    Unavailable,
    Unknown,
}

/// <summary>A wish and everything that was ever answered to it.</summary>
/// <param name="OrderRequest">What was posted, once or, with a key, until it was answered.</param>
/// <param name="Key">Idempotency-Key, if it was sent with one.</param>
internal sealed record Placement(OrderRequest OrderRequest, string? Key)
{
    public Outcome Outcome { get; set; } = Outcome.Info;

    /// <summary>Every number that was ever answered; more than one is an error.</summary>
    public HashSet<long> OrderIds { get; } = [];

    /// <summary>The last answer that was neither 201 nor a broken one.</summary>
    public string? Refusal { get; set; }

    public CancelOutcome Cancel { get; set; }
}

/// <summary>What the customers have done and heard, whatever the system says of it later.</summary>
internal sealed class History
{
    private readonly ConcurrentQueue<Placement> _placements = [];

    public IReadOnlyCollection<Placement> Placements => _placements;

    public void Add(Placement placement) => _placements.Enqueue(placement);

    public int Count(Outcome outcome) => _placements.Count(placement => placement.Outcome == outcome);
}
