using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Operations.TopologyChecks;
using Fulfillment.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>
/// Waits for the databases and the broker, then starts the listeners. What is away is waited for and named in the log and in
/// <c>/health/ready</c>; what is set wrong ends the process with a readable line.
/// </summary>
internal sealed class StartupService(
    Startup startup, Migrator migrator, TopologyDeclarer topology, TopologyCheck check, BrokerConnection broker, IMessageListeners listeners,
    IEnumerable<IModuleDatabase> databases, IEnumerable<IWarmUp> warmUps, IOptions<RabbitMqOptions> messaging,
    IHostEnvironment environment, IConfiguration configuration,
    StaggeredShutdown turn, IHostRestart restart, RestartTurn restartTurn, StopDeadline deadline, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StartupService> logger) : BackgroundService
{
    private static readonly TimeSpan BeforeStartingAnew = TimeSpan.FromSeconds(1);
    private bool _listenersHaveBegun;

    /// <summary>
    /// Returns after the first look at the databases; the web server starts after that. A process that does not listen yet is refused, so that a
    /// gateway asks another replica within the same request; when something is away, it listens and says so.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(startup.InitialCheck, ExecuteTask!).WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lifetime.ApplicationStopping.Register(StartDeadline);
        try
        {
            await DependencyWait.ForAsync("the databases", PrepareDatabasesAsync, Waiting, stoppingToken);
            await WarmUpAsync(stoppingToken);
            startup.DatabasesAreReady();
            await DependencyWait.ForAsync($"RabbitMQ at {broker.Address}", PrepareTopologyAsync, Waiting, stoppingToken);
            try
            {
                _listenersHaveBegun = true;
                await listeners.StartAsync(stoppingToken);
            }
            finally
            {
                // Callbacks run in reverse order: this one comes before the library's own, which would make a listener that still receives
                // acknowledge what it is given and publish a copy of it. A start that has failed may have left listeners, too.
                lifetime.ApplicationStopping.Register(StopTakingWork);
            }

            startup.MessagingIsReady();
            await restartTurn.DisposeAsync();
            logger.LogInformation("Ready");
            await turn.SayReadyAsync(stoppingToken);
        }
#pragma warning disable CA1031 // The type does not tell: a channel that could not be opened in time is an InvalidOperationException.
        catch (Exception e) when (_listenersHaveBegun && !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Listeners start once in the life of a host. The next host waits for the broker again.
            await Task.Delay(BeforeStartingAnew, time, stoppingToken);
            await RestartAsync(stoppingToken);
            logger.LogWarning("The listeners could not all be started ({Reason}): starting anew", e.Message);
        }
        catch (ConfigurationException e)
        {
            foreach (var mistake in e.Mistakes) logger.LogCritical("Configuration: {Mistake}", mistake);
            Environment.ExitCode = 1;
            // A host that is stopped while it starts would complain of that as well.
            startup.IsWaitingFor(e.Message);
            await EndAsync(stoppingToken);
        }
#pragma warning disable CA1031 // Whatever it is, a process that cannot start must not end with the code of one that was asked to stop.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogCritical(e, "The process cannot start: {Reason}", e.Message);
            Environment.ExitCode = 1;
            startup.IsWaitingFor(e.Message);
            await EndAsync(stoppingToken);
        }
    }

    private async Task EndAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAny(Task.Delay(Timeout.Infinite, lifetime.ApplicationStarted), Task.Delay(Timeout.Infinite, stoppingToken));
        lifetime.StopApplication();
    }

    // Goes on answering HTTP while another replica starts anew.
    private async Task RestartAsync(CancellationToken ct)
    {
        var last = "";
        while (await restart.TryRequestAsync(ct) is { } reason)
        {
            if (reason != last) logger.LogWarning("The listeners could not all be started, and this process does not start anew yet: {Reason}", reason);
            last = reason;
            await Task.Delay(BeforeStartingAnew, time, ct);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_listenersHaveBegun) await listeners.StopAsync(cancellationToken);
    }

    // Takes no new message and finishes what is being handled, while HTTP goes on until load balancers had time to see that this process is
    // not ready any more. The host stops everything else only after this returns, so it blocks.
    private void StopTakingWork()
    {
        // The first callback of a stop, so the deadline begins with the stop.
        StartDeadline();
        Task.WhenAll(listeners.DrainAsync(), turn.WaitAsync(startup.RestartRequested)).GetAwaiter().GetResult();
    }

    private void StartDeadline() => deadline.Start(startup.RestartRequested);

    private void Waiting(string reason)
    {
        startup.IsWaitingFor(reason);
        logger.LogWarning("Waiting for {Reason}", reason);
    }

    private async Task WarmUpAsync(CancellationToken ct)
    {
        foreach (var warmUp in warmUps)
        {
            try
            {
                await warmUp.WarmUpAsync(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && (e is NpgsqlException || TransientErrors.Is(e)))
            {
                logger.LogWarning("Not warmed up, so that a first request will be slower ({Reason})", e.Message);
            }
        }
    }

    private async Task PrepareDatabasesAsync(CancellationToken ct)
    {
        if (environment.IsDevelopment() || configuration.GetValue<bool>("MigrateAtStart"))
        {
            await migrator.MigrateAsync(ct);
            return;
        }

        var behind = await migrator.FindBehindAsync(ct);
        if (behind.Count > 0)
            throw new TimeoutException($"the database of {string.Join(", ", behind)} is not migrated yet: run 'dotnet Host.dll migrate'");
    }

    private async Task PrepareTopologyAsync(CancellationToken ct)
    {
        if (messaging.Value.DeclareTopology)
        {
            await topology.DeclareAsync(ct);
            return;
        }

        var missing = await check.FindMissingAsync([.. databases.Select(database => database.Module)], ct);
        if (missing.Count > 0) throw new TimeoutException($"{missing[0]} is not declared yet: run 'dotnet Host.dll migrate'");
    }
}
