using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Payment.Migrations
{
    /// <inheritdoc />
    public partial class EnumTypes : Migration
    {
        private static readonly EnumType PaymentStatus = new(
            "payment_status",
            (0, "PENDING"), (1, "COMPLETED"), (2, "FAILED"), (3, "VOIDED"), (4, "REFUNDED"));
        private static readonly EnumType DeadLetterStatus = new("dead_letter_status", (0, "OPEN"), (1, "QUEUED"), (2, "REPLAYED"));

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.CreateEnum(PaymentStatus);
            migrationBuilder.CreateEnum(DeadLetterStatus);
            migrationBuilder.NumbersToLabels("payments", "status", PaymentStatus);
            migrationBuilder.NumbersToLabels("payment_transactions", "status", PaymentStatus);
            migrationBuilder.NumbersToLabels("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 'QUEUED'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.LabelsToNumbers("payments", "status", PaymentStatus);
            migrationBuilder.LabelsToNumbers("payment_transactions", "status", PaymentStatus);
            migrationBuilder.LabelsToNumbers("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.DropEnum(PaymentStatus);
            migrationBuilder.DropEnum(DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 1");
        }
    }
}
