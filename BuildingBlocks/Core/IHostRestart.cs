namespace Fulfillment.Core;

/// <summary>Ends the host of this process, which then builds and runs another one.</summary>
public interface IHostRestart
{
    /// <summary>Requests the restart, unless another replica of the service is restarting.</summary>
    /// <returns>Null when the host ends now, else the reason why not.</returns>
    Task<string?> TryRequestAsync(CancellationToken ct);
}
