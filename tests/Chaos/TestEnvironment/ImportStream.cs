using System.Globalization;
using System.Text;
using System.Text.Json;
using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>Uploads catalogues, one after the other, for the crash points that only an import passes.</summary>
internal sealed class ImportStream(ChaosEnvironment system)
{
    private const int Rows = 2_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Uploads until it is cancelled, and returns when no import is running.</summary>
    public async Task ImportUntilAsync(CancellationToken until)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
        {
            Timeout = TimeSpan.FromSeconds(30),
        };
        for (var revision = 1; !until.IsCancellationRequested; revision++)
        {
            try
            {
                using var body = new ByteArrayContent(File(revision));
                body.Headers.ContentType = new("text/csv");
                using var answer = await http.PostAsync(
                    new Uri(system["Inventory"], "api/inventory/imports?fileName=catalogue.csv"), body, until);
                system.Log.Say($"a catalogue was answered with {(int)answer.StatusCode}");
            }
            catch (Exception e) when (NoAnswer.Is(e, CancellationToken.None))
            {
                system.Log.Say($"a catalogue got no answer: {e.Message}"); // The crash points cause this.
            }

            await Task.Delay(Pause, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await EndAsync(http);
    }

    private async Task EndAsync(HttpClient http)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            while (true)
            {
                try
                {
                    var text = await http.GetStringAsync(new Uri(system["Inventory"], "api/inventory/imports?limit=500"), deadline.Token);
                    using var imports = JsonDocument.Parse(text);
                    if (!imports.RootElement.EnumerateArray().Any(import => import.GetProperty("state").GetString() == "RUNNING")) return;
                }
                catch (Exception e) when (NoAnswer.Is(e, deadline.Token))
                {
                    system.Log.Say($"the imports cannot be listed: {e.Message}");
                }

                await Task.Delay(Pause, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            system.Log.Violation("an import does not end");
        }
    }

    private static byte[] File(int revision)
    {
        var csv = new StringBuilder("Index,Name,Description,Brand,Category,Price,Currency,Stock,EAN,Color,Size,Availability,Internal ID\n");
        for (var row = 1; row <= Rows; row++)
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{row},Product {row},Text,Brand,Category,{revision}.50,USD,10,{1_000_000_000_000 + row},Red,M,in_stock,{500_000 + row}\n");
        return Encoding.UTF8.GetBytes(csv.ToString());
    }
}
