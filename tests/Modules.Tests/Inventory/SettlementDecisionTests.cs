using CsCheck;
using Fulfillment.Inventory;
using Fulfillment.Inventory.SettleStock;

namespace Modules.Tests.Inventory;

public sealed class SettlementDecisionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(ReservationStatus.Active, SettlementKind.Sell, ReservationStatus.Committed)]
    [InlineData(ReservationStatus.Active, SettlementKind.GiveBack, ReservationStatus.Released)]
    [InlineData(ReservationStatus.Active, SettlementKind.Cancel, ReservationStatus.Released)]
    [InlineData(ReservationStatus.Committed, SettlementKind.Cancel, ReservationStatus.Released)]
    [InlineData(null, SettlementKind.Cancel, ReservationStatus.Released)]
    public void These_settlements_have_their_way(ReservationStatus? current, SettlementKind kind, ReservationStatus next) =>
        SettlementDecision.Next(current, kind).ShouldBe(next);

    [Fact]
    public void No_other_settlement_changes_anything()
    {
        var changing = (from status in Enum.GetValues<ReservationStatus>().Cast<ReservationStatus?>().Append(null)
                        from kind in Enum.GetValues<SettlementKind>()
                        where SettlementDecision.Next(status, kind) is not null
                        select (status, kind)).ToList();

        changing.Count.ShouldBe(5);
    }

    [Fact]
    public void A_redelivered_event_finds_what_it_has_led_to_and_another_one_does_not()
    {
        var (first, other) = (Guid.NewGuid(), Guid.NewGuid());
        var stored = new Dictionary<long, HeldStock> { [1] = Held(ReservationStatus.Committed) with { SettledBy = first } };

        var (results, changes) = SettlementDecision.Decide(
            stored, [Wanted(1, SettlementKind.Sell, first), Wanted(1, SettlementKind.Sell, other), Wanted(2, SettlementKind.Sell, other)], Now);

        results.ShouldBe([stored[1], null, null]);
        changes.ShouldBeEmpty();
    }

    [Fact]
    public void A_cancelled_order_that_is_not_known_yet_is_remembered_without_stock()
    {
        var (results, changes) = SettlementDecision.Decide(new Dictionary<long, HeldStock>(), [Wanted(7, SettlementKind.Cancel, Guid.NewGuid())], Now);

        changes[7].Status.ShouldBe(ReservationStatus.Released);
        results[0]!.ProductIds.ShouldBeEmpty();
        SettlementDecision.Moves(new Dictionary<long, HeldStock>(), changes).ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_is_wanted_in_whatever_batches_pieces_are_neither_made_nor_lost() =>
        Gen.Select(Gen.Int[1, 3], Gen.Enum<SettlementKind>(), Gen.Int[0, 4]).List[0, 12].List[0, 4].Sample(batches =>
        {
            var stored = new Dictionary<long, HeldStock> { [1] = Held(ReservationStatus.Active), [2] = Held(ReservationStatus.Active), [3] = Held(ReservationStatus.Active) };
            var (available, reserved, sold) = (0, 9, 0);
            foreach (var batch in batches)
            {
                var wanted = batch.ConvertAll(item => Wanted(item.Item1, item.Item2, new Guid(item.Item3, 0, 0, new byte[8])));
                var (results, changes) = SettlementDecision.Decide(stored, wanted, Now);
                results.Count.ShouldBe(wanted.Count);
                foreach (var (moreAvailable, moreSold) in SettlementDecision.Moves(stored, changes).Values)
                    (available, sold, reserved) = (available + moreAvailable, sold + moreSold, reserved - moreAvailable - moreSold);
                foreach (var (order, stock) in changes) stored[order] = stock;
            }

            (available + reserved + sold).ShouldBe(9);
            reserved.ShouldBe(Pieces(ReservationStatus.Active));
            sold.ShouldBe(Pieces(ReservationStatus.Committed));
            available.ShouldBe(Pieces(ReservationStatus.Released));

            int Pieces(ReservationStatus status) => stored.Values.Where(stock => stock.Status == status).Sum(stock => stock.Quantities.Sum());
        });

    private static HeldStock Held(ReservationStatus status) => new(status, null, Now, null, ["A", "B"], [1, 2]);

    private static Settlement Wanted(long order, SettlementKind kind, Guid cause) => new(order, "CUST-1", kind, cause, "REASON", cause);
}
