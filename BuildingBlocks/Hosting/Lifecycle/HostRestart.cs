using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>Restarts the host when no other replica does.</summary>
internal sealed class HostRestart(
    Startup startup, RestartTurn turn, IEnumerable<IModuleDatabase> databases, IHostApplicationLifetime lifetime) : IHostRestart
{
    public async Task<string?> TryRequestAsync(CancellationToken ct)
    {
        if (await turn.TryTakeAsync(databases.First(), ct) is { } reason) return reason;
        startup.RestartRequested = true;
        lifetime.StopApplication();
        return null;
    }
}
