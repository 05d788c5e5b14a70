using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Order.Migrations
{
    /// <inheritdoc />
    public partial class Retention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "retention_progress",
                columns: table => new
                {
                    id = table.Column<short>(type: "smallint", nullable: false),
                    orders_removed_to = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retention_progress", x => x.id);
                    table.CheckConstraint("ck_retention_progress_one_row", "id = 1");
                });

            migrationBuilder.InsertData(
                table: "retention_progress",
                columns: new[] { "id", "orders_removed_to" },
                values: new object[] { (short)1, 0L });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "retention_progress");
        }
    }
}
