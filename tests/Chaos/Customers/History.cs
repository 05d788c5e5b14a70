using System.Collections.Concurrent;

namespace Fulfillment.Chaos.Customers;

/// <summary>The outcome of a request after its last response.</summary>
internal enum Outcome
{
    /// <summary>The request was carried out.</summary>
    Ok,

    /// <summary>The request was not carried out, and never will be.</summary>
    Refused,

    /// <summary>It was refused because a dependency is unavailable (503): it was not carried out, and never will be.</summary>
    Unavailable,

    /// <summary>The outcome is unknown: no response, or one that reports an unknown outcome or an internal error.</summary>
    Info,
}

/// <summary>The outcome of a cancellation.</summary>
internal enum CancelOutcome
{
    NotTried,
    Cancelled,
    TooLate,

    /// <summary>Refused because a dependency is unavailable: nothing was cancelled.</summary>
    Unavailable,
    Unknown,
}

/// <summary>An order request and all responses to it.</summary>
/// <param name="OrderRequest">The request, sent once or, with a key, until it had a response.</param>
/// <param name="Key">Its Idempotency-Key, if any.</param>
internal sealed record Placement(OrderRequest OrderRequest, string? Key)
{
    public Outcome Outcome { get; set; } = Outcome.Info;

    /// <summary>Every order number of a response; more than one is an error.</summary>
    public HashSet<long> OrderIds { get; } = [];

    /// <summary>The last response that was neither 201 nor a server error.</summary>
    public string? Refusal { get; set; }

    public CancelOutcome Cancel { get; set; }
}

/// <summary>The request log of the load generator, independent of the state that the system reports later.</summary>
internal sealed class History
{
    private readonly ConcurrentQueue<Placement> _placements = [];

    public IReadOnlyCollection<Placement> Placements => _placements;

    public void Add(Placement placement) => _placements.Enqueue(placement);

    public int Count(Outcome outcome) => _placements.Count(placement => placement.Outcome == outcome);
}
