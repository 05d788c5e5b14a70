using Fulfillment.Chaos.TestEnvironment;
using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos.Faults;

/// <summary>Faults of the network between a process and its database or the broker.</summary>
internal sealed class NetworkFaults(ChaosEnvironment system)
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(4);

    public IEnumerable<KeyValuePair<string, Func<Fault, CancellationToken, Task>>> Makers =>
    [
        .. Both("cut", (network, _, _, _) =>
        {
            network.Cut();
            return Task.CompletedTask;
        }),
        .. Both("slow", (network, _, fault, ct) =>
        {
            network.NetworkConditions.Delay(Slow);
            return Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        }),
        .. Both("hole", (network, _, fault, ct) =>
        {
            network.NetworkConditions.Hold(TimeSpan.FromSeconds(fault.Size));
            return Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        }),
        .. Both("refused", (network, _, fault, ct) =>
        {
            network.NetworkConditions.Refuses = true;
            network.Cut();
            return Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        }),
        .. Both("reply-lost", LoseRepliesAsync),
    ];

    private delegate Task Disturb(TcpProxy network, bool database, Fault fault, CancellationToken ct);

    private IEnumerable<KeyValuePair<string, Func<Fault, CancellationToken, Task>>> Both(string name, Disturb disturb) =>
    [
        new($"broker-{name}", (fault, ct) => MakeAsync(system.Process(fault.Target), instance => instance.Broker, disturb, fault, ct)),
        new($"database-{name}", (fault, ct) => MakeAsync(system.Process(fault.Target), instance => instance.Database, disturb, fault, ct)),
    ];

    private static async Task MakeAsync(
        Instance instance, Func<Instance, TcpProxy> choose, Disturb disturb, Fault fault, CancellationToken ct)
    {
        using var turn = await instance.TakeTurnAsync(ct);
        var network = choose(instance);
        try
        {
            await disturb(network, network == instance.Database, fault, ct);
        }
        finally
        {
            network.NetworkConditions.Clear();
        }
    }

    private async Task LoseRepliesAsync(TcpProxy network, bool database, Fault fault, CancellationToken ct)
    {
        var before = network.NetworkConditions.Lost;
        // The lost reply of the database is the response to a completed commit. The lost reply of the broker is the next one, under load a
        // confirm or a delivery.
        network.NetworkConditions.LoseReplies((int)Math.Ceiling(fault.Size), database ? "COMMIT\0"u8 : []);
        await Task.Delay(ReplyTimeout, ct);
        system.Log.Count(database ? "commits without an answer" : "confirms or deliveries lost", network.NetworkConditions.Lost - before);
    }
}
