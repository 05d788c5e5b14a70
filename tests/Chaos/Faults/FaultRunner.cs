using Fulfillment.Chaos.TestEnvironment;

namespace Fulfillment.Chaos.Faults;

/// <summary>Makes the faults of a plan, lane by lane, until the time is over and every kind has been made once.</summary>
internal sealed class FaultRunner(
    ChaosEnvironment system, FaultPlan plan, IReadOnlyDictionary<string, Func<Fault, CancellationToken, Task>> makers)
{
    /// <param name="time">Time after which no further fault begins; every kind is made once even if that takes longer.</param>
    /// <param name="once">True to begin no fault after the first round.</param>
    /// <param name="ct">Cancels the faults at once.</param>
    public async Task RunAsync(TimeSpan time, bool once, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        over.CancelAfter(time);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = WatchAsync(watching.Token);
        await Task.WhenAll(plan.Lanes.Select(lane => Task.Run(() => RunLaneAsync(lane, once, over.Token, ct), ct)));
        await watching.CancelAsync();
        await watch;
    }

    private async Task RunLaneAsync(PlannedLane lane, bool once, CancellationToken over, CancellationToken ct)
    {
        var made = 0;
        foreach (var fault in lane.Faults)
        {
            var mustBeMade = made < lane.FirstRound;
            if (!mustBeMade && once) return;
            await Task.Delay(TimeSpan.FromSeconds(fault.Pause), mustBeMade ? ct : over)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
            if (!mustBeMade && over.IsCancellationRequested) return;
            system.Log.Say($"{lane.Name} #{made + 1}: {fault}");
            try
            {
                await makers[fault.Kind.Name](fault, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // A fault that cannot be made must not leave the system half broken: the run continues, and fails at its end.
                system.Log.Violation($"{fault.Kind.Name} {fault.Target} could not be made: {e.Message}");
            }

            system.Log.Count($"fault {fault.Kind.Name}");
            system.Log.Say($"{lane.Name} #{made + 1} is over");
            made++;
        }
    }

    /// <summary>Restarts processes that end without a fault.</summary>
    private async Task WatchAsync(CancellationToken ct)
    {
        try
        {
            for (; ; await Task.Delay(TimeSpan.FromSeconds(1), ct))
            {
                foreach (var instance in system.Instances.Where(instance => instance.HasEnded))
                {
                    using (await instance.TakeTurnAsync(ct)) await instance.ReviveAsync(ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The faults are over.
        }
    }
}
