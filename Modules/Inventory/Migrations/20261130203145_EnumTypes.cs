using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Inventory.Migrations
{
    /// <inheritdoc />
    public partial class EnumTypes : Migration
    {
        private static readonly EnumType ReservationStatus = new(
            "reservation_status",
            (1, "ACTIVE"), (2, "COMMITTED"), (3, "RELEASED"), (4, "EXPIRED"), (5, "REJECTED"));
        private static readonly EnumType ImportState = new(
            "import_state",
            (1, "RUNNING"), (2, "PAUSED"), (3, "COMPLETED"), (4, "FAILED"), (5, "CANCELLED"));
        private static readonly EnumType ImportKey = new("import_key", (1, "INTERNAL_ID"), (2, "EAN"), (3, "INDEX"));
        private static readonly EnumType ImportDuplicates = new("import_duplicates", (1, "LAST"), (2, "FIRST"), (3, "ERROR"));
        private static readonly EnumType ImportMode = new("import_mode", (1, "UPSERT"), (2, "INSERT_ONLY"), (3, "STOCK_ONLY"));
        private static readonly EnumType RowErrorCode = new(
            "row_error_code",
            (0, "MISSING_COLUMN"), (1, "TOO_MANY_VALUES"), (2, "MISSING_VALUE"), (3, "INVALID_PRICE"), (4, "INVALID_STOCK"),
            (5, "NEGATIVE_STOCK"), (6, "DUPLICATE_KEY"), (7, "TOO_LONG"), (8, "BAD_QUOTING"), (9, "BAD_ENCODING"),
            (10, "STOCK_BELOW_RESERVED"), (11, "UNKNOWN_PRODUCT"), (12, "STOCK_TOO_LARGE"), (13, "INVALID_KEY"));
        private static readonly EnumType DeadLetterStatus = new("dead_letter_status", (0, "OPEN"), (1, "QUEUED"), (2, "REPLAYED"));

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_reservations_expires_at", table: "reservations");
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.CreateEnum(ReservationStatus);
            migrationBuilder.CreateEnum(ImportState);
            migrationBuilder.CreateEnum(ImportKey);
            migrationBuilder.CreateEnum(ImportDuplicates);
            migrationBuilder.CreateEnum(ImportMode);
            migrationBuilder.CreateEnum(RowErrorCode);
            migrationBuilder.CreateEnum(DeadLetterStatus);
            migrationBuilder.NumbersToLabels("reservations", "status", ReservationStatus);
            migrationBuilder.NumbersToLabels("import_jobs", "state", ImportState);
            migrationBuilder.NumbersToLabels("import_jobs", "key", ImportKey);
            migrationBuilder.NumbersToLabels("import_jobs", "duplicates", ImportDuplicates);
            migrationBuilder.NumbersToLabels("import_jobs", "mode", ImportMode);
            migrationBuilder.NumbersToLabels("import_errors", "code", RowErrorCode);
            migrationBuilder.NumbersToLabels("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_reservations_expires_at", table: "reservations", column: "expires_at", filter: "status = 'ACTIVE'");
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 'QUEUED'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_reservations_expires_at", table: "reservations");
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.LabelsToNumbers("reservations", "status", ReservationStatus);
            migrationBuilder.LabelsToNumbers("import_jobs", "state", ImportState);
            migrationBuilder.LabelsToNumbers("import_jobs", "key", ImportKey);
            migrationBuilder.LabelsToNumbers("import_jobs", "duplicates", ImportDuplicates);
            migrationBuilder.LabelsToNumbers("import_jobs", "mode", ImportMode);
            migrationBuilder.LabelsToNumbers("import_errors", "code", RowErrorCode);
            migrationBuilder.LabelsToNumbers("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.DropEnum(ReservationStatus);
            migrationBuilder.DropEnum(ImportState);
            migrationBuilder.DropEnum(ImportKey);
            migrationBuilder.DropEnum(ImportDuplicates);
            migrationBuilder.DropEnum(ImportMode);
            migrationBuilder.DropEnum(RowErrorCode);
            migrationBuilder.DropEnum(DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_reservations_expires_at", table: "reservations", column: "expires_at", filter: "status = 1");
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 1");
        }
    }
}
