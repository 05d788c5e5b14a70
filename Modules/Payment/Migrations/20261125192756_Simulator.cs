using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Fulfillment.Payment.Migrations
{
    /// <inheritdoc />
    public partial class Simulator : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "simulator",
                columns: table => new
                {
                    id = table.Column<short>(type: "smallint", nullable: false),
                    success_rate = table.Column<double>(type: "double precision", nullable: false),
                    latency_min_ms = table.Column<int>(type: "integer", nullable: false),
                    latency_max_ms = table.Column<int>(type: "integer", nullable: false),
                    seed = table.Column<int>(type: "integer", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulator", x => x.id);
                    table.CheckConstraint("ck_simulator_one_row", "id = 1");
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "simulator");
        }
    }
}
