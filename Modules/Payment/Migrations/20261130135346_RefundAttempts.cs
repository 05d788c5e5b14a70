using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Payment.Migrations
{
    /// <inheritdoc />
    public partial class RefundAttempts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Every statement can be repeated, because the indexes are made outside of the transaction: a migration that was cut off begins again.
            migrationBuilder.Sql("SET LOCAL lock_timeout = '10s'");
            migrationBuilder.Sql("""
                ALTER TABLE refunds
                    ADD COLUMN IF NOT EXISTS attempts integer NOT NULL DEFAULT 0,
                    ADD COLUMN IF NOT EXISTS last_error character varying(500),
                    ADD COLUMN IF NOT EXISTS next_attempt_at timestamp with time zone NOT NULL DEFAULT now()
                """);
            // Payments whose last refunds two replicas carried out at once, each of which saw the refund of the other one open.
            migrationBuilder.Sql("""
                UPDATE payments SET status = 4, updated_at = now()
                WHERE status = 1 AND refunded_amount = amount AND (amount > 0 OR cancel_reason IS NOT NULL)
                    AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND completed_at IS NULL)
                """);
            migrationBuilder.Sql("DROP INDEX CONCURRENTLY IF EXISTS ix_refunds_due", suppressTransaction: true);
            migrationBuilder.Sql(
                "CREATE INDEX CONCURRENTLY ix_refunds_due ON refunds (next_attempt_at) WHERE completed_at IS NULL", suppressTransaction: true);
            migrationBuilder.Sql("DROP INDEX CONCURRENTLY IF EXISTS ix_refunds_open", suppressTransaction: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_refunds_due",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "attempts",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "last_error",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "next_attempt_at",
                table: "refunds");

            migrationBuilder.CreateIndex(
                name: "ix_refunds_open",
                table: "refunds",
                column: "id",
                filter: "completed_at IS NULL");
        }
    }
}
