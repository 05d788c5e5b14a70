using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Notification.Migrations
{
    /// <inheritdoc />
    public partial class ReadIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndexConcurrently("ix_notification_logs_channel_id", "notification_logs (channel, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_status_id", "dead_letters (status, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_queue_id", "dead_letters (queue, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_exception_type_id", "dead_letters (exception_type, id)");
            migrationBuilder.CreateIndexConcurrently("ix_dead_letters_event_type_id", "dead_letters (event_type, id)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndexConcurrently("ix_notification_logs_channel_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_status_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_queue_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_exception_type_id");
            migrationBuilder.DropIndexConcurrently("ix_dead_letters_event_type_id");
        }
    }
}
