using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Order.Migrations
{
    /// <inheritdoc />
    public partial class OrderCounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "order_count_late",
                columns: table => new
                {
                    order_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_order_count_late", x => x.order_id);
                });

            migrationBuilder.CreateTable(
                name: "order_count_progress",
                columns: table => new
                {
                    id = table.Column<short>(type: "smallint", nullable: false),
                    counted_to = table.Column<long>(type: "bigint", nullable: false),
                    next_to = table.Column<long>(type: "bigint", nullable: false),
                    next_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_order_count_progress", x => x.id);
                    table.CheckConstraint("ck_order_count_progress_one_row", "id = 1");
                });

            migrationBuilder.CreateTable(
                name: "order_counts",
                columns: table => new
                {
                    status = table.Column<short>(type: "smallint", nullable: false),
                    orders = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_order_counts", x => x.status);
                });

            // The first order with a whole history. Of those before it the audit does not expect one.
            migrationBuilder.Sql("CREATE TABLE order_history_start (order_id bigint NOT NULL)");
            migrationBuilder.Sql("""
                INSERT INTO order_history_start SELECT coalesce(
                    (SELECT order_id FROM order_history WHERE event_type = 'ORDER_CREATED' ORDER BY order_id LIMIT 1),
                    (SELECT max(order_id) + 1 FROM orders), 0)
                """);
            // The orders that exist are counted in the background, in slices.
            migrationBuilder.Sql("INSERT INTO order_count_progress (id, counted_to, next_to, next_at) VALUES (1, 0, 0, now())");
            migrationBuilder.Sql("INSERT INTO order_counts (status, orders) SELECT unnest('{0,1,10,11,12}'::smallint[]), 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "order_history_start");

            migrationBuilder.DropTable(
                name: "order_count_late");

            migrationBuilder.DropTable(
                name: "order_count_progress");

            migrationBuilder.DropTable(
                name: "order_counts");
        }
    }
}
