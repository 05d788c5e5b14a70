using System.Diagnostics;
using System.Net;
using Fulfillment.Chaos.TestEnvironment;
using Fulfillment.Cli;

namespace Fulfillment.Chaos.Customers;

/// <summary>
/// Sends order requests at a steady rate, whatever the state of the system. Some requests have an Idempotency-Key and are repeated until
/// they have a response; some orders are cancelled.
/// </summary>
internal sealed class LoadGenerator(OrderClient client, OrderMix mix, ChaosLog log)
{
    private const double KeyShare = 0.3;
    private const double RepeatShare = 0.1;
    private const double CancelShare = 0.08;
    private const int MostInFlight = 300;
    private const int CancelTries = 5;
    private static readonly TimeSpan LongestThought = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private int _inFlight;
    private int _visits;
    private volatile bool _paused;

    public History History { get; } = new();

    /// <summary>True when an order without a response may be posted again with its key.</summary>
    public bool KeysAreHonoured { get; private set; }

    /// <summary>True when orders can be cancelled.</summary>
    public bool CancelsAreHonoured { get; private set; }

    /// <summary>True when a request without a response must not be sent again.</summary>
    public bool Impatient { get; init; }

    /// <summary>Detects the optional features of the system.</summary>
    public async Task ProbeAsync(CancellationToken ct)
    {
        var placement = new Placement(mix.Next() with { IsInvalid = false }, $"probe-{Guid.NewGuid():N}");
        while (placement.OrderRequest.Items.Any(line => line.Quantity == 0)) placement = placement with { OrderRequest = mix.Next() };
        var first = await client.PlaceAsync(placement.OrderRequest, placement.Key, ct);
        var second = await client.PlaceAsync(placement.OrderRequest, placement.Key, ct);
        if (first.Outcome != Outcome.Ok) throw new CommandException($"The first order was answered with {first.Status}: {first.Text}");
        KeysAreHonoured = first.OrderId == second.OrderId;
        var cancel = await client.CancelAsync(first.OrderId, ct);
        CancelsAreHonoured = cancel.Status is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
        log.Say(
            $"Idempotency-Key is {(KeysAreHonoured ? "" : "not ")}honoured, orders can {(CancelsAreHonoured ? "" : "not ")}be cancelled "
            + $"({cancel.Status})");
        if (!KeysAreHonoured) return; // One customer has two orders now, which the checks would report.
        placement.Outcome = Outcome.Ok;
        placement.OrderIds.Add(first.OrderId);
        placement.Cancel = CancelOf(cancel);
        History.Add(placement);
    }

    /// <summary>Stops new requests, and returns when every request in progress has its final outcome.</summary>
    public async Task PauseAsync(CancellationToken ct)
    {
        _paused = true;
        while (Volatile.Read(ref _visits) > 0) await Task.Delay(PollInterval, ct);
    }

    /// <summary>Continues after a pause.</summary>
    public void Resume() => _paused = false;

    /// <summary>
    /// Sends requests until it is cancelled or has sent the given number, and returns when every request has its final outcome.
    /// </summary>
    public async Task ComeAsync(int perSecond, int most, CancellationToken until, CancellationToken ct)
    {
        var visits = new List<Task>();
        var due = Stopwatch.GetTimestamp();
        for (var count = 0; count < most && !until.IsCancellationRequested; count++, due += Stopwatch.Frequency / perSecond)
        {
            var wait = TimeSpan.FromSeconds((due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while ((_paused || Volatile.Read(ref _inFlight) >= MostInFlight) && !until.IsCancellationRequested)
            {
                await Task.Delay(PollInterval, ct);
                due = Stopwatch.GetTimestamp();
            }

            if (until.IsCancellationRequested) break;
            visits.Add(CountedVisitAsync(until, ct));
        }

        await Task.WhenAll(visits);
    }

    private async Task CountedVisitAsync(CancellationToken until, CancellationToken ct)
    {
        Interlocked.Increment(ref _visits);
        try
        {
            // A pause that starts meanwhile waits for this request.
            await VisitAsync(until, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _visits);
        }
    }

    private async Task VisitAsync(CancellationToken until, CancellationToken ct)
    {
        // Random numbers are drawn before the first await, so that every run draws them in the same order.
        var request = mix.Next();
        var (withKey, repeats, cancels) = (mix.Chance() < KeyShare, mix.Chance() < RepeatShare, mix.Chance() < CancelShare);
        var thought = mix.Chance() * LongestThought;
        var placement = new Placement(request, withKey && KeysAreHonoured ? Guid.NewGuid().ToString("N") : null);
        Interlocked.Increment(ref _inFlight);
        try
        {
            await PlaceAsync(placement, repeats, ct);
        }
        finally
        {
            History.Add(placement);
            Interlocked.Decrement(ref _inFlight);
        }

        if (!cancels || !CancelsAreHonoured || placement.Outcome != Outcome.Ok) return;
        await Task.Delay(thought, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CancelAsync(placement, ct);
    }

    private async Task PlaceAsync(Placement placement, bool repeats, CancellationToken ct)
    {
        var isUnknown = false;
        // A minute of retries outlasts every fault.
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(RetryPause, ct))
        {
            var answer = await client.PlaceAsync(placement.OrderRequest, placement.Key, ct);
            if (answer.OrderId > 0) placement.OrderIds.Add(answer.OrderId);
            var inFlight = placement.Key is not null && answer.Status == HttpStatusCode.Conflict;
            isUnknown |= answer.Outcome == Outcome.Info;
            // A later refusal does not decide the outcome of an earlier attempt with the same key.
            if (!inFlight)
            {
                var outcome = answer.Outcome == Outcome.Unavailable && isUnknown ? Outcome.Info : answer.Outcome;
                placement.Outcome = placement.OrderIds.Count > 0 ? Outcome.Ok : outcome;
            }

            if (answer.Outcome == Outcome.Refused) placement.Refusal = $"{(int?)answer.Status} {answer.Text}";
            if (answer.Outcome is Outcome.Info or Outcome.Unavailable)
                log.Say($"{placement.OrderRequest.CustomerId} got no answer: {(int?)answer.Status} {answer.Text}");
            var known = placement.Outcome is Outcome.Ok or Outcome.Refused && !inFlight;
            if (known && repeats && placement is { Key: not null, Outcome: Outcome.Ok }) repeats = false;
            else if (known || placement.Key is null || Impatient || clock.Elapsed > TimeSpan.FromMinutes(1)) return;
        }
    }

    private async Task CancelAsync(Placement placement, CancellationToken ct)
    {
        var isUnknown = false;
        for (var tries = 0; tries < CancelTries && placement.Cancel is not (CancelOutcome.Cancelled or CancelOutcome.TooLate); tries++)
        {
            if (tries > 0) await Task.Delay(RetryPause, ct);
            placement.Cancel = CancelOf(await client.CancelAsync(placement.OrderIds.First(), ct));
            isUnknown |= placement.Cancel == CancelOutcome.Unknown;
            if (isUnknown && placement.Cancel == CancelOutcome.Unavailable) placement.Cancel = CancelOutcome.Unknown;
            if (Impatient) return;
        }
    }

    private static CancelOutcome CancelOf(Answer answer) => answer.Status switch
    {
        HttpStatusCode.OK => CancelOutcome.Cancelled,
        HttpStatusCode.Conflict => CancelOutcome.TooLate,
        _ when answer.Outcome == Outcome.Unavailable => CancelOutcome.Unavailable,
        _ => CancelOutcome.Unknown,
    };
}
