using CsCheck;
using Fulfillment.Inventory;
using Fulfillment.Inventory.ChangeReservations;

namespace Modules.Tests.Inventory;

public sealed class ReservationTransitionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(ReservationStatus.Active, ReservationTransition.Commit, ReservationStatus.Committed)]
    [InlineData(ReservationStatus.Active, ReservationTransition.Release, ReservationStatus.Released)]
    [InlineData(ReservationStatus.Active, ReservationTransition.Cancel, ReservationStatus.Released)]
    [InlineData(ReservationStatus.Committed, ReservationTransition.Cancel, ReservationStatus.Released)]
    [InlineData(null, ReservationTransition.Cancel, ReservationStatus.Released)]
    public void These_transitions_are_allowed(ReservationStatus? current, ReservationTransition kind, ReservationStatus next) =>
        ReservationTransitions.Next(current, kind).ShouldBe(next);

    [Fact]
    public void No_other_transition_changes_anything()
    {
        var changing = (from status in Enum.GetValues<ReservationStatus>().Cast<ReservationStatus?>().Append(null)
                        from kind in Enum.GetValues<ReservationTransition>()
                        where ReservationTransitions.Next(status, kind) is not null
                        select (status, kind)).ToList();

        changing.Count.ShouldBe(5);
    }

    [Fact]
    public void A_redelivered_event_finds_what_it_has_led_to_and_another_one_does_not()
    {
        var (first, other) = (Guid.NewGuid(), Guid.NewGuid());
        var stored = new Dictionary<long, ReservedStock> { [1] = Held(ReservationStatus.Committed) with { SettledBy = first } };

        ReservationChange[] wanted =
        [
            Wanted(1, ReservationTransition.Commit, first), Wanted(1, ReservationTransition.Commit, other),
            Wanted(2, ReservationTransition.Commit, other),
        ];
        var (results, changes) = ReservationTransitions.Decide(stored, wanted, Now);

        results.ShouldBe([stored[1], null, null]);
        changes.ShouldBeEmpty();
    }

    [Fact]
    public void A_cancelled_order_that_is_not_known_yet_is_remembered_without_stock()
    {
        var (results, changes) = ReservationTransitions.Decide(
            new Dictionary<long, ReservedStock>(), [Wanted(7, ReservationTransition.Cancel, Guid.NewGuid())], Now);

        changes[7].Status.ShouldBe(ReservationStatus.Released);
        results[0]!.ProductIds.ShouldBeEmpty();
        ReservationTransitions.StockDeltas(new Dictionary<long, ReservedStock>(), changes).ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_is_wanted_in_whatever_batches_pieces_are_neither_made_nor_lost() =>
        Gen.Select(Gen.Int[1, 3], Gen.Enum<ReservationTransition>(), Gen.Int[0, 4]).List[0, 12].List[0, 4].Sample(batches =>
        {
            var stored = new Dictionary<long, ReservedStock>
            {
                [1] = Held(ReservationStatus.Active), [2] = Held(ReservationStatus.Active), [3] = Held(ReservationStatus.Active),
            };
            var (available, reserved, sold) = (0, 9, 0);
            foreach (var batch in batches)
            {
                var wanted = batch.ConvertAll(item => Wanted(item.Item1, item.Item2, new Guid(item.Item3, 0, 0, new byte[8])));
                var (results, changes) = ReservationTransitions.Decide(stored, wanted, Now);
                results.Count.ShouldBe(wanted.Count);
                foreach (var (moreAvailable, moreSold) in ReservationTransitions.StockDeltas(stored, changes).Values)
                    (available, sold, reserved) = (available + moreAvailable, sold + moreSold, reserved - moreAvailable - moreSold);
                foreach (var (order, stock) in changes) stored[order] = stock;
            }

            (available + reserved + sold).ShouldBe(9);
            reserved.ShouldBe(Pieces(ReservationStatus.Active));
            sold.ShouldBe(Pieces(ReservationStatus.Committed));
            available.ShouldBe(Pieces(ReservationStatus.Released));

            int Pieces(ReservationStatus status) =>
                stored.Values.Where(stock => stock.Status == status).Sum(stock => stock.Quantities.Sum());
        });

    private static ReservedStock Held(ReservationStatus status) => new(status, null, Now, null, ["A", "B"], [1, 2]);

    private static ReservationChange Wanted(long order, ReservationTransition kind, Guid cause) =>
        new(order, "CUST-1", kind, cause, "REASON", cause);
}
