using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Inventory.Migrations
{
    /// <inheritdoc />
    public partial class ReadIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndexConcurrently("ix_reservations_status_order_id", "reservations (status, order_id)");
            migrationBuilder.CreateIndexConcurrently("ix_import_errors_import_id_code_row", "import_errors (import_id, code, row)");
            migrationBuilder.CreateIndexConcurrently("ix_idempotency_keys_age", "idempotency_keys (created_at)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_status_id", "dead_letters (status, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_queue_id", "dead_letters (queue, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_exception_type_id", "dead_letters (exception_type, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_event_type_id", "dead_letters (event_type, id)");
            migrationBuilder.DropIndexConcurrently("ix_idempotency_keys_created_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndexConcurrently("ix_reservations_status_order_id");
            migrationBuilder.DropIndexConcurrently("ix_import_errors_import_id_code_row");
            migrationBuilder.DropIndexConcurrently("ix_idempotency_keys_age");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_status_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_queue_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_exception_type_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_event_type_id");
            migrationBuilder.CreateIndexConcurrently("ix_idempotency_keys_created_at", "idempotency_keys USING brin (created_at)");
        }
    }
}
