using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Core;

/// <summary>
/// Work that waits in a database. The worker looks for it when <see cref="Wake"/> is called, and every second for work that
/// another process left behind. A failure is logged, and the work is tried again every second until the process ends.
/// </summary>
/// <param name="startup">The work begins when the databases are ready.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs when the work begins to fail, and when it succeeds again.</param>
public abstract class PollingWorker(Startup startup, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>How far the start of the process has come.</summary>
    protected Startup Startup { get; } = startup;

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; } = time;

    /// <summary>Name of the work for log lines, in the plural.</summary>
    protected abstract string Work { get; }

    /// <summary>Signals that there is work.</summary>
    public void Wake()
    {
        // Two callers may both see zero; the second release would exceed the limit of one, and one wake-up is enough.
        if (_wake.CurrentCount > 0) return;
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            logger.LogTrace("The worker on {Work} is already awake", Work);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Completes when the work can succeed, for work that needs more than its database.</summary>
    protected virtual Task WhenReadyAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Does a bounded part of the work.</summary>
    /// <returns>True when there may be more.</returns>
    protected abstract Task<bool> WorkAsync(CancellationToken ct);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Startup.DatabasesReady.WaitAsync(stoppingToken);
        // A stop does not cut off work that has begun, because it would be repeated. The worker makes one more pass and ends.
        using var timeout = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => timeout.CancelAfter(GracePeriod));
        var failures = 0;
        bool last;
        do
        {
            await WhenReadyAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            last = stoppingToken.IsCancellationRequested;
            failures = await TryAsync(failures, timeout.Token);
            // A wake-up after a failure does not shorten the retry delay.
            var retry = Poll * (0.75 + (Random.Shared.NextDouble() / 2));
            var rest = failures == 0 ? _wake.WaitAsync(Poll, stoppingToken) : Task.Delay(retry, Time, stoppingToken);
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!last);
    }

    private async Task<int> TryAsync(int failures, CancellationToken ct)
    {
        try
        {
            while (await WorkAsync(ct))
            {
            }

            if (failures > 0) logger.LogInformation("The worker on {Work} succeeds again", Work);
            return 0;
        }
#pragma warning disable CA1031 // The work waits in the database, and a worker that has ended would let it wait for ever.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!TransientErrors.Is(e))
                logger.LogError(e, "The worker on {Work} failed unexpectedly and tries again every second", Work);
            else if (failures == 0) logger.LogWarning("The worker on {Work} waits: {Reason}", Work, e.Message);
            return failures + 1;
        }
    }
}
