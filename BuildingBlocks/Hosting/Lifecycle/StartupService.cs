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
/// Waits for the databases and the broker, then starts the listeners. The log and <c>/health/ready</c> name a dependency that is
/// unavailable. A wrong setting ends the process with a readable line.
/// </summary>
internal sealed class StartupService(
    Startup startup, Migrator migrator, TopologyDeclarer topology, TopologyCheck check, BrokerConnection broker,
    MessageListeners listeners, IEnumerable<IModuleDatabase> databases, IEnumerable<IWarmUp> warmUps,
    IOptions<RabbitMqOptions> messaging, IHostEnvironment environment, IConfiguration configuration,
    StaggeredShutdown turn, RequestRestart restart, RestartTurn restartTurn, StopDeadline deadline,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StartupService> logger) : BackgroundService
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private bool _listenersHaveBegun;

    /// <summary>
    /// Returns after the first look at the databases; the web server starts after that. Until then the process refuses
    /// connections, so that a gateway asks another replica within the same request. When a dependency is unavailable, the process
    /// listens and says so.
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
                // Callbacks run in reverse order: this one runs before the library's own callback. That one would make a listener
                // that still receives acknowledge its messages and publish copies of them. A start that has failed may have left
                // listeners, too.
                lifetime.ApplicationStopping.Register(StopTakingWork);
            }

            startup.MessagingIsReady();
            await restartTurn.DisposeAsync();
            logger.LogInformation("Ready");
            await turn.SayReadyAsync(stoppingToken);
        }
#pragma warning disable CA1031 // The type says nothing: a channel that could not be opened in time is an InvalidOperationException.
        catch (Exception e) when (_listenersHaveBegun && !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Listeners start once in the life of a host. The next host waits for the broker again.
            await Task.Delay(RestartDelay, time, stoppingToken);
            await RestartAsync(stoppingToken);
            logger.LogWarning("The listeners could not all be started ({Reason}): restarting", e.Message);
        }
#pragma warning disable CA1031 // A process that cannot start must not end with the exit code of a process that was asked to stop.
        catch (Exception e) when (e is ConfigurationException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (e is ConfigurationException { Mistakes: var mistakes })
                foreach (var mistake in mistakes) logger.LogCritical("Configuration: {Mistake}", mistake);
            else logger.LogCritical(e, "The process cannot start: {Reason}", e.Message);
            await EndAsync(e.Message, stoppingToken);
        }
    }

    private async Task EndAsync(string reason, CancellationToken stoppingToken)
    {
        Environment.ExitCode = 1;
        startup.IsWaitingFor(reason);
        // A host that is stopped while it starts would log an error of its own.
        await Task.WhenAny(Task.Delay(Timeout.Infinite, lifetime.ApplicationStarted), Task.Delay(Timeout.Infinite, stoppingToken));
        lifetime.StopApplication();
    }

    // Goes on answering HTTP while another replica restarts.
    private Task RestartAsync(CancellationToken ct) => DependencyWait.ForAsync(
        "this process does not restart yet",
        async token =>
        {
            if (await restart(token) is { } reason) throw new TimeoutException(reason);
        },
        reason => logger.LogWarning("The listeners could not all be started, and {Reason}", reason), ct);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_listenersHaveBegun) await listeners.StopAsync(cancellationToken);
    }

    // Takes no new message and finishes the messages that are being handled. HTTP goes on until load balancers had time to see
    // that this process is not ready any more. The host stops everything else only after this returns, so it blocks.
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
