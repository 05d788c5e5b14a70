namespace Fulfillment.Harness.Network;

/// <summary>Asks a process for its health.</summary>
internal static class Health
{
    /// <summary>False also when the process does not answer, or not in the time that the client gives it.</summary>
    public static async Task<bool> IsReadyAsync(HttpClient http, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "health/ready"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (NoAnswer.Is(e, ct))
        {
            return false;
        }
    }
}
