using System.Text.Json;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>
/// Enums are enum types of PostgreSQL, so a row says what the API says: <c>OrderStatus.Pending</c> is <c>PENDING</c> of the type
/// <c>order_status</c>.
/// </summary>
internal sealed class EnumNames : INpgsqlNameTranslator
{
    public static EnumNames Instance { get; } = new();

    public string TranslateTypeName(string clrName) => JsonNamingPolicy.SnakeCaseLower.ConvertName(clrName);

    public string TranslateMemberName(string clrName) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(clrName);
}

/// <summary>An enum type of PostgreSQL, with the numbers that stood for its labels before.</summary>
/// <param name="Name">Name of the type.</param>
/// <param name="Values">Numbers and labels, in the order in which the database compares them.</param>
public sealed record EnumType(string Name, params (int Number, string Label)[] Values);

/// <summary>Changes columns of numbers to enum types, and back. A change rewrites its table under an exclusive lock.</summary>
public static class EnumColumns
{
    /// <summary>Creates a type. EF Core would order the labels by the alphabet.</summary>
    public static void CreateEnum(this MigrationBuilder migration, EnumType type) =>
        migration.Sql($"CREATE TYPE {type.Name} AS ENUM ({string.Join(", ", type.Values.Select(value => $"'{value.Label}'"))});");

    /// <summary>Drops a type that no column has.</summary>
    public static void DropEnum(this MigrationBuilder migration, EnumType type) => migration.Sql($"DROP TYPE {type.Name};");

    /// <summary>
    /// Changes a column that is not null, and in no condition of an index. A number without a label fails the migration, which then
    /// changes nothing.
    /// </summary>
    public static void NumbersToLabels(this MigrationBuilder migration, string table, string column, EnumType type) =>
        Alter(migration, table, column, type.Name, type.Values.Select(value => $"WHEN {value.Number} THEN '{value.Label}'"));

    /// <summary>Changes a column back to numbers.</summary>
    public static void LabelsToNumbers(this MigrationBuilder migration, string table, string column, EnumType type) =>
        Alter(migration, table, column, "smallint", type.Values.Select(value => $"WHEN '{value.Label}' THEN {value.Number}"));

    // The change removes the statistics of the column, without which the server plans badly.
    private static void Alter(MigrationBuilder migration, string table, string column, string type, IEnumerable<string> cases)
    {
        var value = $"(CASE {column} {string.Join(' ', cases)} END)::{type}";
        migration.Sql($"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type} USING {value};");
        migration.Sql($"ANALYZE {table} ({column});");
    }
}
