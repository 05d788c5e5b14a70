using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfillment.BuildingBlocks;

/// <summary>
/// Work that lies in a database until somebody does it: looked for when <see cref="Wake"/> says that there is some, and every second, for
/// what another process left behind. A failure is logged and tried again, more and more rarely, for as long as the process lives.
/// </summary>
/// <param name="startup">The work begins when the databases are ready.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when the work begins to fail, and when it succeeds again.</param>
public abstract class PollingWorker(Startup startup, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>What is worked on, for people, in the plural.</summary>
    protected abstract string Work { get; }

    /// <summary>Says that there is something to do.</summary>
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

    /// <summary>Does a bounded part of what there is to do.</summary>
    /// <returns>True when there may be more.</returns>
    protected abstract Task<bool> WorkAsync(CancellationToken ct);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.DatabasesReady.WaitAsync(stoppingToken);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await WorkAsync(stoppingToken))
                {
                }

                if (failures > 0) logger.LogInformation("The worker on {Work} succeeds again", Work);
                failures = 0;
                await _wake.WaitAsync(Poll, stoppingToken);
            }
#pragma warning disable CA1031 // Whatever it was, the work waits in the database and the next attempt may succeed.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (failures++ == 0) logger.LogWarning(e, "The worker on {Work} has failed and will try again", Work);
                await Task.Delay(PauseAfter(failures), time, stoppingToken);
            }
        }
    }

    private static TimeSpan PauseAfter(int failures)
    {
        var pause = Poll * Math.Pow(2, Math.Min(failures - 1, 10)) * (0.75 + (Random.Shared.NextDouble() / 2));
        return pause < LongestPause ? pause : LongestPause;
    }
}
