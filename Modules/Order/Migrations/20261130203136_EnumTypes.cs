using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Order.Migrations
{
    /// <inheritdoc />
    public partial class EnumTypes : Migration
    {
        private static readonly EnumType OrderStatus = new(
            "order_status",
            (0, "PENDING"), (1, "CONFIRMED"), (10, "COMPLETED"), (11, "FAILED"), (12, "CANCELLED"));
        private static readonly EnumType DeadLetterStatus = new("dead_letter_status", (0, "OPEN"), (1, "QUEUED"), (2, "REPLAYED"));

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.CreateEnum(OrderStatus);
            migrationBuilder.CreateEnum(DeadLetterStatus);
            migrationBuilder.NumbersToLabels("orders", "status", OrderStatus);
            migrationBuilder.NumbersToLabels("order_history", "status", OrderStatus);
            migrationBuilder.NumbersToLabels("order_counts", "status", OrderStatus);
            migrationBuilder.NumbersToLabels("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 'QUEUED'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.LabelsToNumbers("orders", "status", OrderStatus);
            migrationBuilder.LabelsToNumbers("order_history", "status", OrderStatus);
            migrationBuilder.LabelsToNumbers("order_counts", "status", OrderStatus);
            migrationBuilder.LabelsToNumbers("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.DropEnum(OrderStatus);
            migrationBuilder.DropEnum(DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 1");
        }
    }
}
