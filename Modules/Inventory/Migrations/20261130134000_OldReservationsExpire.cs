using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Inventory.Migrations
{
    /// <summary>Reservations from before there was an expiry get one. It changes no schema.</summary>
    [DbContext(typeof(InventoryDbContext))]
    [Migration("20261130134000_OldReservationsExpire")]
    public sealed class OldReservationsExpire : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            // The partial index of active reservations finds them. Rows that are being settled at this moment are skipped: they end by themselves.
            migrationBuilder.Sql("""
                UPDATE reservations SET expires_at = now() + interval '15 minutes' WHERE order_id IN (
                    SELECT order_id FROM reservations WHERE status = 1 AND expires_at IS NULL ORDER BY order_id FOR NO KEY UPDATE SKIP LOCKED)
                """);
    }
}
