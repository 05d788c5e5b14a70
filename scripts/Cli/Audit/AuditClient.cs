using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Fulfillment.Cli.Audit;

/// <summary>Addresses of the modules.</summary>
internal sealed record AuditAddresses(Uri Orders, Uri Inventory, Uri Payments, Uri Notifications);

/// <summary>A module did not answer a request.</summary>
internal sealed class NoAnswerException(string message) : Exception(message);

/// <summary>Reads the modules over HTTP, as any client can: the auditor has no access to a database.</summary>
internal sealed class AuditClient(AuditAddresses addresses, HttpMessageHandler? network = null) : IDisposable
{
    private const int PageSize = 10_000;
    private const int MostCalls = 200;
    private const int Attempts = 3;
    private const string RemovedTo = "Orders-Removed-To";
    private readonly Lock _gate = new();
    private long _removedTo;
    private readonly HttpClient _http = new(network ?? new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(120) };

    /// <summary>All checks: those of each module, and those across modules.</summary>
    /// <param name="openSeconds">Seconds that something may be open; null leaves it to the modules.</param>
    /// <param name="ct">Cancels the checks.</param>
    /// <exception cref="NoAnswerException">A module does not answer.</exception>
    public async Task<IReadOnlyList<AuditCheck>> CheckAsync(int? openSeconds, CancellationToken ct)
    {
        var modules = await Task.WhenAll(Roots().Select(root => InvariantsAsync(root, openSeconds, ct)));
        return [.. modules.SelectMany(checks => checks), .. AuditJoin.Check(await ReconciliationFeedsAsync(ct))];
    }

    public void Dispose() => _http.Dispose();

    private Uri[] Roots() =>
    [
        new(addresses.Orders, "api/orders/ops/"), new(addresses.Inventory, "api/inventory/ops/"),
        new(addresses.Payments, "api/payments/ops/"),
        new(addresses.Notifications, "api/notifications/ops/"),
    ];

    private async Task<IEnumerable<AuditCheck>> InvariantsAsync(Uri root, int? openSeconds, CancellationToken ct)
    {
        var address = new Uri(root, $"invariants{(openSeconds is { } seconds ? $"?openSeconds={seconds}" : "")}");
        var report = await AskAsync<InvariantReport>(address, ct);
        // Large tables are checked in parts; each call continues where the last one ended.
        for (var call = 1; call < MostCalls && report.Checks.Any(check => check.NotChecked is null && check.Covered < 1); call++)
            report = await AskAsync<InvariantReport>(address, ct);
        return report.Checks.Select(check => new AuditCheck(
            report.Module, check.Name, check.Description, $"database of {report.Module}", check.Violations, check.Examples,
            check.NotChecked, check.Covered));
    }

    // Orders are read first, because the other feeds contain the results of their statuses by then. Orders that were placed meanwhile are
    // read at the end. So are orders that were committed after their page was read: numbers are given before the commit, so a later commit
    // may have a smaller number.
    private async Task<ReconciliationFeeds> ReconciliationFeedsAsync(CancellationToken ct)
    {
        var roots = Roots();
        var orders = await ReconciliationFeedAsync<OrderEntry>(roots[0], after: 0, ct);
        var (reservations, payments, notifications) = (
            ReconciliationFeedAsync<ReservationEntry>(roots[1], after: 0, ct),
            ReconciliationFeedAsync<PaymentEntry>(roots[2], after: 0, ct),
            ReconciliationFeedAsync<NotificationEntry>(roots[3], after: 0, ct));
        await Task.WhenAll(reservations, payments, notifications);
        var later = await ReconciliationFeedAsync<OrderEntry>(roots[0], orders is [.., var last] ? last.OrderId : 0, ct);
        // One module may have removed an order of which another one still has data: such orders are not compared.
        var feeds = new ReconciliationFeeds(
            orders, await reservations, await payments, await notifications,
            later.Select(order => order.OrderId).ToHashSet()).After(_removedTo);
        return feeds with { LaterOrders = feeds.LaterOrders.Union(await FindAsync(AuditJoin.UnknownOrders(feeds), ct)).ToHashSet() };
    }

    /// <summary>The given orders that exist now.</summary>
    private async Task<IEnumerable<long>> FindAsync(IEnumerable<long> numbers, CancellationToken ct)
    {
        var found = new List<long>();
        for (var wanted = numbers.Distinct().Order().ToList(); wanted.Count > 0;)
        {
            var page = await PageAsync<OrderEntry>(Roots()[0], wanted[0] - 1, ct);
            found.AddRange(page.Select(order => order.OrderId).Intersect(wanted));
            if (page.Count < PageSize) break;
            wanted.RemoveAll(number => number <= page[^1].OrderId);
        }

        return found;
    }

    private async Task<IReadOnlyList<T>> ReconciliationFeedAsync<T>(Uri root, long after, CancellationToken ct)
        where T : IReconciliationEntry
    {
        var entries = new List<T>();
        while (true)
        {
            var page = await PageAsync<T>(root, after, ct);
            entries.AddRange(page);
            if (page.Count < PageSize) return entries;
            after = page[^1].OrderId;
        }
    }

    private Task<List<T>> PageAsync<T>(Uri root, long after, CancellationToken ct) =>
        AskAsync<List<T>>(new Uri(root, $"reconciliation?after={after}&limit={PageSize}"), ct);

    private async Task<T> AskAsync<T>(Uri address, CancellationToken ct)
    {
        try
        {
            // A 503 ends with its cause, and a read may be repeated.
            for (var attempt = 1; ; attempt++)
            {
                using var answer = await _http.GetAsync(address, ct);
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && attempt < Attempts)
                {
                    await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), ct);
                    continue;
                }

                Note(answer);
                return answer.IsSuccessStatusCode
                    ? await answer.Content.ReadFromJsonAsync<T>(ct) ?? throw new NoAnswerException($"{address} has answered nothing.")
                    : throw new NoAnswerException($"{address} has answered {(int)answer.StatusCode} {answer.ReasonPhrase}.");
            }
        }
        catch (Exception e)
            when (e is HttpRequestException or JsonException or IOException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw new NoAnswerException($"{address} does not answer: {e.Message}");
        }
    }

    private void Note(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues(RemovedTo, out var values)) return;
        lock (_gate) _removedTo = Math.Max(_removedTo, long.Parse(values.Single(), CultureInfo.InvariantCulture));
    }

    private sealed record InvariantReport(string Module, IReadOnlyList<InvariantCheck> Checks);

    private sealed record InvariantCheck(
        string Name, string Description, long Violations, IReadOnlyList<AuditViolation> Examples, string? NotChecked, double Covered);
}
