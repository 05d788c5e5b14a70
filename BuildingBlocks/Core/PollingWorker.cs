using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Core;

/// <summary>
/// Work that a process looks for again and again until it ends: at intervals, because another process may have left it behind,
/// and when <see cref="Wake"/> is called. A failed pass is logged and tried again after the interval, a quarter more or less; a
/// worker that has ended would let its work wait for ever.
/// </summary>
/// <param name="startup">The first pass begins when the databases are ready.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs every unexpected failure, the first of several transient failures, and that the work succeeds again.</param>
public abstract class PollingWorker(Startup startup, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);
    private volatile TaskCompletionSource _wake = NewWake();
    private bool _isFailing;

    /// <summary>How far the start of the process has come.</summary>
    protected Startup Startup { get; } = startup;

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; } = time;

    /// <summary>Name of the work for log lines, in the plural.</summary>
    protected abstract string Work { get; }

    /// <summary>Time before the first pass, for replicas that start together and are not to work together.</summary>
    protected virtual TimeSpan FirstDelay => TimeSpan.Zero;

    /// <summary>Time from one pass to the next, read after each pass.</summary>
    protected virtual TimeSpan Interval => TimeSpan.FromSeconds(1);

    /// <summary>
    /// True when a stop cancels the pass that is in progress. Otherwise that pass would be repeated, so it may end, and one more
    /// pass follows, within five seconds.
    /// </summary>
    protected virtual bool StopsAtOnce => false;

    /// <summary>Signals that there is work. It does not shorten the delay after a failure.</summary>
    public void Wake() => _wake.TrySetResult();

    /// <summary>Completes when the next pass can succeed, for work that needs more than its database.</summary>
    protected virtual Task WhenReadyAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Does a bounded part of the work.</summary>
    /// <returns>True when there may be more.</returns>
    protected abstract Task<bool> WorkAsync(CancellationToken ct);

    /// <summary>Notes that the work succeeds, for a pass that goes on until it fails.</summary>
    protected void Succeeds()
    {
        if (_isFailing) logger.LogInformation("The worker on {Work} succeeds again", Work);
        _isFailing = false;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Startup.DatabasesReady.WaitAsync(stoppingToken);
        await Task.Delay(FirstDelay, Time, stoppingToken);
        using var grace = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => grace.CancelAfter(GracePeriod));
        var ct = StopsAtOnce ? stoppingToken : grace.Token;
        bool isLast;
        do
        {
            await WhenReadyAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isLast = stoppingToken.IsCancellationRequested;
            // Before the pass: a signal that comes during the pass may mean work that the pass does not see.
            _wake = NewWake();
            if (!ct.IsCancellationRequested) await TryAsync(ct);
            var rest = _isFailing
                ? Task.Delay(Interval * (0.75 + (Random.Shared.NextDouble() / 2)), Time, stoppingToken)
                : _wake.Task.WaitAsync(Interval, Time, stoppingToken);
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!isLast);
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task TryAsync(CancellationToken ct)
    {
        try
        {
            while (await WorkAsync(ct))
            {
            }

            Succeeds();
        }
#pragma warning disable CA1031 // Logged, and tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (ct.IsCancellationRequested)
            {
                logger.LogDebug(e, "The worker on {Work} is stopped within a pass", Work);
                return;
            }

            if (!TransientErrors.Is(e)) logger.LogError(e, "The worker on {Work} failed unexpectedly and tries again", Work);
            else if (!_isFailing) logger.LogWarning("The worker on {Work} waits: {Reason}", Work, e.Message);
            _isFailing = true;
        }
    }
}

/// <summary>Registers workers.</summary>
public static class PollingWorkerRegistration
{
    /// <summary>A worker that runs with the host, and that callers can wake or ask.</summary>
    public static void AddPollingWorker<TWorker>(this IServiceCollection services)
        where TWorker : PollingWorker
    {
        services.AddSingleton<TWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<TWorker>());
    }
}
