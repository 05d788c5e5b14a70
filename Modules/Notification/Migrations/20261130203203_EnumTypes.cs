using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Notification.Migrations
{
    /// <inheritdoc />
    public partial class EnumTypes : Migration
    {
        private static readonly EnumType NotificationChannel = new("notification_channel", (1, "EMAIL"), (2, "SMS"));
        private static readonly EnumType DeadLetterStatus = new("dead_letter_status", (0, "OPEN"), (1, "QUEUED"), (2, "REPLAYED"));

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.CreateEnum(NotificationChannel);
            migrationBuilder.CreateEnum(DeadLetterStatus);
            migrationBuilder.NumbersToLabels("notification_logs", "channel", NotificationChannel);
            migrationBuilder.NumbersToLabels("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 'QUEUED'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters");
            migrationBuilder.LabelsToNumbers("notification_logs", "channel", NotificationChannel);
            migrationBuilder.LabelsToNumbers("dead_letters", "status", DeadLetterStatus);
            migrationBuilder.DropEnum(NotificationChannel);
            migrationBuilder.DropEnum(DeadLetterStatus);
            migrationBuilder.CreateIndex(name: "ix_dead_letters_replay_id_id", table: "dead_letters", columns: new[] { "replay_id", "id" }, filter: "status = 1");
        }
    }
}
