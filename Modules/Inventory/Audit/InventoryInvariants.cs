using Fulfillment.Operations.Invariants;

namespace Fulfillment.Inventory.Audit;

/// <summary>Invariants of <c>inventory_db</c>.</summary>
internal static class InventoryInvariants
{
    private static readonly Invariant NothingIsNegative = new(
        "stock-not-negative", "No quantity of a product is negative.", """
        SELECT product_id, format('available %s, reserved %s, sold %s', available_quantity, reserved_quantity, sold_quantity)
        FROM inventory_items WHERE available_quantity < 0 OR reserved_quantity < 0 OR sold_quantity < 0
        """);

    private static readonly Invariant StockIsConserved = new(
        "stock-conserved", "Available, reserved and sold pieces of a product are as many as were received.", """
        SELECT product_id, format(
            'available %s, reserved %s, sold %s, received %s', available_quantity, reserved_quantity, sold_quantity, received_quantity)
        FROM inventory_items WHERE available_quantity::bigint + reserved_quantity + sold_quantity <> received_quantity
        """);

    private static readonly Invariant ReservedIsHeld = new(
        "reserved-is-held", "As many pieces of a product are reserved as its active reservations hold.",
        Compare("reserved_quantity", "reserved", "ACTIVE"));

    private static readonly Invariant SoldIsCommitted = new(
        "sold-is-committed", "As many pieces of a product are sold as its committed reservations took.",
        Compare("sold_quantity", "sold", "COMMITTED"));

    private static readonly Invariant ReservationsExpire = new(
        "reservations-expire", "No reservation is active for longer than openSeconds after it should have expired.", """
        SELECT order_id::text, format('active, although it should have expired at %s', expires_at)
        FROM reservations WHERE status = 'ACTIVE' AND expires_at < now() - make_interval(secs => $1)
        """);

    public static IReadOnlyList<Invariant> All { get; } =
        [Invariant.OutboxDrains, ReservationsExpire, NothingIsNegative, StockIsConserved, ReservedIsHeld, SoldIsCommitted];

    // The sums need all reservations in one snapshot. Active reservations are few. Committed ones may be too many for one statement; the
    // report then lists sold-is-committed as not checked. A reservation may name a product that no longer exists, and may list a product
    // several times.
    private static string Compare(string column, string name, string status) => $"""
        SELECT coalesce(product_id, product), format('{name} %s, the reservations say %s', coalesce({column}, 0), coalesce(pieces, 0))
        FROM inventory_items FULL JOIN (
            SELECT product, sum(quantity) AS pieces FROM (
                SELECT product, quantity FROM reservations, unnest(product_ids, quantities) AS line (product, quantity)
                WHERE status = '{status}'
                UNION ALL SELECT product_id, quantity FROM removed_sales WHERE '{status}' = 'COMMITTED') AS line GROUP BY product) AS held
                ON product_id = product
        WHERE coalesce({column}, 0) <> coalesce(pieces, 0)
        """;
}
