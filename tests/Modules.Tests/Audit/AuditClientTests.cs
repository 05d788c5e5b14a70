using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Fulfillment.Cli.Audit;

namespace Modules.Tests.Audit;

public sealed class AuditClientTests
{
    private static readonly Uri Address = new("http://system.test/");

    [Fact]
    public async Task Order_that_is_committed_after_its_page_was_read_is_no_violation()
    {
        // Order 5 has a smaller number than 6, and is committed later.
        (await StrangersAsync(new FakeSystem { FirstOrders = [1, 6], Orders = [1, 5, 6, 7], Reservations = [1, 5, 6, 7] })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Order_that_still_does_not_exist_is_a_violation() =>
        (await StrangersAsync(new FakeSystem { FirstOrders = [1, 6], Orders = [1, 5, 6], Reservations = [1, 3, 5, 6, 9] }))
            .ShouldBe(["3", "9"]);

    private static async Task<IEnumerable<string>> StrangersAsync(FakeSystem system)
    {
        using (system)
        using (var client = new AuditClient(new AuditAddresses(Address, Address, Address, Address), system))
        {
            var checks = await client.CheckAsync(openSeconds: null, TestContext.Current.CancellationToken);
            return checks.Single(check => check.Name == "orders-are-known").Examples.Select(example => example.Key);
        }
    }

    private sealed class FakeSystem : HttpMessageHandler
    {
        private bool _reservationsAreRead;

        /// <summary>Orders that are committed when the first page is read.</summary>
        public required long[] FirstOrders { get; init; }

        /// <summary>Orders that are committed when the reservations have been read.</summary>
        public required long[] Orders { get; init; }

        public required long[] Reservations { get; init; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(Answer(request.RequestUri!)) });

        private object Answer(Uri address)
        {
            if (!address.AbsolutePath.EndsWith("reconciliation", StringComparison.Ordinal))
                return new { module = "Any", checks = Array.Empty<object>() };
            var after = long.Parse(address.Query.Split('&')[0].Split('=')[1], CultureInfo.InvariantCulture);
            if (address.AbsolutePath.StartsWith("/api/orders", StringComparison.Ordinal))
            {
                var orders = _reservationsAreRead ? Orders : FirstOrders;
                return orders.Where(order => order > after).Select(order => new OrderEntry(order, "C", "PENDING", null, 1m));
            }

            if (!address.AbsolutePath.StartsWith("/api/inventory", StringComparison.Ordinal)) return Array.Empty<object>();
            _reservationsAreRead = true;
            return Reservations.Where(order => order > after).Select(order => new ReservationEntry(order, "ACTIVE", null));
        }
    }
}
