using Integration.Tests.Fixture;
using Fulfillment.Payment;
using Fulfillment.Payment.ChargePayment;
using Fulfillment.Payment.RefundPayment;
using Fulfillment.Persistence;
using Npgsql;

namespace Integration.Tests.Money;

/// <summary>Refunds at a gateway that is slow, unavailable or refuses, with two replicas of Payment.</summary>
public sealed class RefundTests(Servers servers) : SystemTest, IAsyncLifetime
{
    private readonly GatewayDouble _gateway = new();
    private FulfillmentSystem _system = null!;
    private PaymentReplica _replica = null!;
    private PaymentReplica _other = null!;

    public async ValueTask InitializeAsync()
    {
        _system = await FulfillmentSystem.CreateAsync(servers);
        (_replica, _other) = (new PaymentReplica(_system.Payments, _gateway), new PaymentReplica(_system.Payments, _gateway));
        await _replica.MigrateAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _other.DisposeAsync();
        await _system.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Payment_whose_last_two_refunds_are_carried_out_by_two_replicas_at_once_is_closed()
    {
        var gates = new Dictionary<long, TaskCompletionSource>();
        for (var refund = 1; refund <= 2; refund++)
            gates[refund] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _gateway.OnRefund = async refund =>
        {
            await gates[refund.RefundId].Task;
            return GatewayDouble.Done(refund);
        };
        await PayAsync(1, 20, refunded: 20);
        await OrderRefundAsync(1, payment: 1, 10);
        await _replica.StartAsync<RefundWorker>();
        await Eventually.True("the first replica to ask", () => _gateway.Refunds.Any(refund => refund.RefundId == 1));
        await OrderRefundAsync(2, payment: 1, 10);
        await _other.StartAsync<RefundWorker>();
        await Eventually.True("the second refund to be asked for", () => _gateway.Refunds.Any(refund => refund.RefundId == 2));

        // Both transactions look for open refunds before either of them commits.
        await using (var hold = new NpgsqlConnection(_system.Payments.ConnectionString))
        {
            await hold.OpenAsync();
            await using var transaction = await hold.BeginTransactionAsync();
            await using (var stop = new NpgsqlCommand("LOCK TABLE outbox_messages IN SHARE MODE", hold)) await stop.ExecuteNonQueryAsync();
            foreach (var gate in gates.Values) gate.SetResult();
            await Eventually.Get("both replicas to wait", () => _system.Payments.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
                waiting => waiting == 2);
            await transaction.CommitAsync();
        }

        await CompletedAsync(1, 2);
        (await StatusAsync(1)).ShouldBe("REFUNDED");
    }

    [Fact]
    public async Task Refund_that_the_gateway_does_not_answer_holds_up_no_other()
    {
        _gateway.OnRefund = refund => refund.RefundId == 1
            ? Task.FromException<RefundResult>(new InvalidOperationException("HTTP 500"))
            : Task.FromResult(GatewayDouble.Done(refund));
        for (var payment = 1; payment <= 3; payment++)
        {
            await PayAsync(payment, 10, refunded: 10);
            await OrderRefundAsync(payment, payment, 10);
        }

        await _replica.StartAsync<RefundWorker>();

        await CompletedAsync(2, 3);
        (await StatusAsync(2)).ShouldBe("REFUNDED");
        (await StatusAsync(1)).ShouldBe("COMPLETED");
        await Eventually.Get(
            "the failure to be visible", () => _system.Payments.ListAsync<string>("SELECT last_error FROM refunds WHERE id = 1"),
            errors => errors[0] == "HTTP 500");
        (await _system.Payments.ScalarAsync<int>("SELECT attempts FROM refunds WHERE id = 1")).ShouldBe(1);
        (await _system.Payments.ScalarAsync<bool>("SELECT next_attempt_at > now() FROM refunds WHERE id = 1")).ShouldBeTrue();
    }

    [Fact]
    public async Task Refund_that_the_gateway_declines_is_tried_again_until_it_succeeds()
    {
        var declines = 2;
        _gateway.OnRefund = refund => Task.FromResult(
            Interlocked.Decrement(ref declines) >= 0
                ? new RefundResult("TXN-0", new Decline("ACCOUNT_CLOSED", "The account is closed"))
                : GatewayDouble.Done(refund));
        await PayAsync(1, 10, refunded: 10);
        await OrderRefundAsync(1, 1, 10);
        await _replica.StartAsync<RefundWorker>();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await Eventually.Get("the attempt to fail", () => _system.Payments.ScalarAsync<string>(
                "SELECT attempts || ' ' || last_error FROM refunds"), text => text == $"{attempt} ACCOUNT_CLOSED: The account is closed");
            await _system.Payments.ExecuteAsync("UPDATE refunds SET next_attempt_at = now()");
        }

        await CompletedAsync(1);

        (await StatusAsync(1)).ShouldBe("REFUNDED");
        (await _system.Payments.CountAsync("outbox_messages")).ShouldBe(1);
        (await _system.Payments.ScalarAsync<bool>("SELECT last_error IS NULL FROM refunds")).ShouldBeTrue();
    }

    [Fact]
    public async Task Refund_that_two_replicas_ask_for_is_announced_once()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _gateway.OnRefund = async refund =>
        {
            await answer.Task;
            return GatewayDouble.Done(refund);
        };
        await PayAsync(1, 10, refunded: 10);
        await OrderRefundAsync(1, 1, 10);
        await _replica.StartAsync<RefundWorker>();
        await Eventually.True("the first replica to ask", () => _gateway.Refunds.Count == 1);
        await _system.Payments.ExecuteAsync("UPDATE refunds SET next_attempt_at = now()");
        await _other.StartAsync<RefundWorker>();
        await Eventually.True("the second replica to ask", () => _gateway.Refunds.Count == 2);

        answer.SetResult();

        await CompletedAsync(1);
        await _replica.Get<RefundWorker>().StopAsync(CancellationToken.None);
        await _other.Get<RefundWorker>().StopAsync(CancellationToken.None);
        (await _system.Payments.CountAsync("outbox_messages")).ShouldBe(1);
        (await _system.Payments.CountAsync("payment_transactions")).ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Charge_without_an_answer_is_asked_for_again_when_its_order_has_ended(bool charged)
    {
        await _replica.Get<GroupCommit<NewCharge, StoredPayment>>()
            .ExecuteAsync(new NewCharge(new Charge(1, "CUST-1", 10), "CREDIT_CARD", Guid.NewGuid()));
        await _replica.Get<GroupCommit<CancelledOrder, bool>>()
            .ExecuteAsync(new CancelledOrder(1, "CUST-1", "RESERVATION_EXPIRED", Guid.NewGuid()));
        await _system.Payments.ExecuteAsync("UPDATE payments SET updated_at = now() - interval '2 minutes'");
        _gateway.OnCharge = _ =>
            Task.FromResult(new ChargeResult("TXN-00000001", charged ? null : new Decline("CARD_EXPIRED", "The card has expired")));
        await _replica.StartAsync<RefundWorker>();

        await _replica.StartAsync<ChargeRecovery>();

        await Eventually.Get("the payment to end", () => StatusAsync(1), status => status == (charged ? "REFUNDED" : "FAILED"));
        _gateway.Charges.ShouldBe([new Charge(1, "CUST-1", 10)]);
        _gateway.Refunds.Select(refund => (refund.TransactionId, refund.Amount)).ShouldBe(charged ? [("TXN-00000001", 10m)] : []);
    }

    [Fact]
    public async Task Refund_locks_nothing_while_the_gateway_is_asked()
    {
        var answer = new TaskCompletionSource();
        _gateway.OnRefund = async refund =>
        {
            await answer.Task;
            return GatewayDouble.Done(refund);
        };
        await PayAsync(1, 10, refunded: 10);
        await OrderRefundAsync(1, 1, 10);
        await _replica.StartAsync<RefundWorker>();
        await Eventually.True("the gateway to be asked", () => !_gateway.Refunds.IsEmpty);

        (await _system.Payments.ScalarAsync<long>(
            "SELECT r.id FROM refunds r JOIN payments p ON p.id = payment_id FOR UPDATE NOWAIT")).ShouldBe(1);

        answer.SetResult();
        await CompletedAsync(1);
    }

    [Theory]
    [InlineData(0, 0, false)] // an order of nothing
    [InlineData(10, 10, true)] // refunded by hand as a whole, and not carried out yet
    [InlineData(10, 10, false)] // and carried out
    public async Task Cancelled_order_of_which_no_money_is_left_orders_no_further_refund(int amount, int refunded, bool open)
    {
        await PayAsync(1, amount, refunded);
        if (refunded > 0) await OrderRefundAsync(1, payment: 1, refunded, open);

        (await _replica.Get<GroupCommit<CancelledOrder, bool>>()
            .ExecuteAsync(new CancelledOrder(1, "CUST-1", "CUSTOMER_REQUESTED", Guid.NewGuid()))).ShouldBeFalse();

        (await _system.Payments.CountAsync("refunds")).ShouldBe(refunded > 0 ? 1 : 0);
        (await StatusAsync(1)).ShouldBe(open ? "COMPLETED" : "REFUNDED");
        await _replica.StartAsync<RefundWorker>();
        await Eventually.Get("the payment to be closed", () => StatusAsync(1), status => status == "REFUNDED");
    }

    private Task PayAsync(long order, decimal amount, decimal refunded) => _system.Payments.ExecuteAsync(
        """
        INSERT INTO payments (
            id, order_id, customer_id, amount, status, payment_method, transaction_id, event_id, refunded_amount, created_at, completed_at)
        VALUES ($1, $1, 'CUST-1', $2, 'COMPLETED', 'CREDIT_CARD', 'TXN-0', gen_random_uuid(), $3, now(), now())
        """,
        order, amount, refunded);

    private Task OrderRefundAsync(long id, long payment, decimal amount, bool open = true) => _system.Payments.ExecuteAsync(
        """
        INSERT INTO refunds (id, payment_id, amount, reason_code, event_id, created_at, completed_at)
        VALUES ($1, $2, $3, 'MANUAL', gen_random_uuid(), now(), CASE WHEN $4 THEN NULL ELSE now() END)
        """,
        id, payment, amount, open);

    private Task<IReadOnlyList<long>> CompletedAsync(params long[] refunds) => Eventually.Get(
        $"refunds {string.Join(", ", refunds)} to be carried out",
        () => _system.Payments.ListAsync<long>("SELECT id FROM refunds WHERE completed_at IS NOT NULL ORDER BY id"),
        done => done.SequenceEqual(refunds));

    private Task<string?> StatusAsync(long order) =>
        _system.Payments.ScalarAsync<string>("SELECT status::text FROM payments WHERE order_id = $1", order);
}
