using Fulfillment.Chaos.TestEnvironment;

namespace Fulfillment.Chaos.Faults;

/// <summary>Faults of processes.</summary>
internal sealed class ProcessFaults(ChaosEnvironment system)
{
    private static readonly TimeSpan CrashTimeout = TimeSpan.FromSeconds(40);

    public IEnumerable<KeyValuePair<string, Func<Fault, CancellationToken, Task>>> Makers =>
    [
        new("kill", KillAsync),
        new("kill-all", KillAllAsync),
        new(FaultKind.Failpoint, CrashAsync),
        new("terminate", TerminateAsync),
        new("freeze", FreezeAsync),
    ];

    /// <summary>
    /// Starts a process that crashes at a point of its code, and starts it again afterwards. False when it did not reach the point in time.
    /// </summary>
    public async Task<bool> CrashAtAsync(Instance instance, string point, int hit, TimeSpan timeout, CancellationToken ct)
    {
        using var turn = await instance.TakeTurnAsync(ct);
        await instance.KillAsync(ct);
        system.Log.Count("kill -9");
        instance.Start($"{point}:{hit}");
        var died = await instance.DiesAsync(timeout, ct);
        if (!died) await instance.KillAsync(ct);
        system.Log.Count("kill -9");
        system.Log.Count(died ? $"died at {point}" : "crash points not reached");
        system.Log.Say($"{instance.Name} {(died ? "died" : "did not die")} at {point}:{hit}");
        instance.Start();
        await instance.BecomeReadyAsync(ct);
        return died;
    }

    private async Task KillAsync(Fault fault, CancellationToken ct)
    {
        var instance = system.Process(fault.Target);
        using var turn = await instance.TakeTurnAsync(ct);
        await KillAndStartAsync(instance, fault.Size, ct);
    }

    private async Task KillAllAsync(Fault fault, CancellationToken ct)
    {
        using var turns = await system.TakeProcessesAsync(ct);
        await Task.WhenAll(system.Instances.Select(instance => KillAndStartAsync(instance, fault.Size, ct)));
    }

    private async Task KillAndStartAsync(Instance instance, double pause, CancellationToken ct)
    {
        await instance.KillAsync(ct);
        system.Log.Count("kill -9");
        await Task.Delay(TimeSpan.FromSeconds(pause), ct);
        instance.Start();
        await instance.BecomeReadyAsync(ct);
    }

    private Task<bool> CrashAsync(Fault fault, CancellationToken ct) =>
        CrashAtAsync(system.Process(fault.Target), fault.Failpoint, (int)fault.Size, CrashTimeout, ct);

    private async Task TerminateAsync(Fault fault, CancellationToken ct)
    {
        var instance = system.Process(fault.Target);
        using var turn = await instance.TakeTurnAsync(ct);
        await instance.TerminateAsync(ct);
        await Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        instance.Start();
        await instance.BecomeReadyAsync(ct);
    }

    private async Task FreezeAsync(Fault fault, CancellationToken ct)
    {
        var instance = system.Process(fault.Target);
        using var turn = await instance.TakeTurnAsync(ct);
        instance.Freeze();
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        }
        finally
        {
            instance.Thaw();
        }
    }
}
