using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Modules.Tests.Configuration;

public sealed class ConnectionStringsTests
{
    private const string Example =
        "for example ConnectionStrings__Order=\"Host=localhost;Database=order_db;Username=orderuser;Password=...\"";

    [Fact]
    public void A_complete_connection_string_is_taken()
    {
        var read = new NpgsqlConnectionStringBuilder(Read("Host=db;Port=5433;Database=order_db;Username=orderuser;Password=secret"));

        (read.Host, read.Port, read.Database, read.Username, read.Password).ShouldBe(("db", 5433, "order_db", "orderuser", "secret"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void A_missing_one_is_reported_with_an_example(string? value) =>
        Mistake(value).ShouldBe($"ConnectionStrings__Order is missing, {Example}");

    [Theory]
    [InlineData("Database=order_db", "Host and no Username")]
    [InlineData("Host=db;Username=orderuser", "Database")]
    [InlineData("Host=;Database=order_db;Username=orderuser", "Host")]
    [InlineData("Password=secret", "Host and no Database and no Username")]
    public void What_it_lacks_is_named(string value, string missing) =>
        Mistake(value).ShouldBe($"ConnectionStrings__Order has no {missing}, {Example}");

    [Theory]
    [InlineData("nonsense-secret")]
    [InlineData("Host=db;Database=order_db;Username=orderuser;Password=secret;Port=many")]
    [InlineData("Host=db;Database=order_db;Username=orderuser;Password=secret;Port=99999")]
    [InlineData("Host=db;Database=order_db;Username=orderuser;Password=secret;Hots=db")]
    [InlineData("Host=db;Password='secret")]
    [InlineData("Host=db;Database=order_db;Username=orderuser;Password=secret;SSL Mode=Sometimes")]
    public void A_malformed_one_is_reported_in_one_line_without_its_secrets(string value)
    {
        var mistake = Mistake(value);

        mistake.ShouldStartWith("ConnectionStrings__Order is not a connection string (");
        mistake.ShouldEndWith($"), {Example}");
        mistake.ShouldNotContain("secret");
        mistake.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData(PostgresErrorCodes.InvalidPassword)]
    [InlineData(PostgresErrorCodes.InvalidAuthorizationSpecification)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData(PostgresErrorCodes.InvalidCatalogName)]
    public void What_the_database_refuses_is_reported_as_a_setting(string state)
    {
        var mistake = ConnectionStrings.Refusal("Order", new PostgresException("no such thing", "FATAL", "FATAL", state)).ShouldNotBeNull();

        mistake.ShouldStartWith("ConnectionStrings__Order: ");
        mistake.ShouldContain("no such thing");
        mistake.ShouldEndWith($", {Example}");
    }

    [Theory]
    [InlineData(PostgresErrorCodes.CannotConnectNow)]
    [InlineData(PostgresErrorCodes.UniqueViolation)]
    public void What_is_no_refusal_is_no_mistake_of_the_setting(string state) =>
        ConnectionStrings.Refusal("Order", new PostgresException("no", "FATAL", "FATAL", state)).ShouldBeNull();

    private static string Mistake(string? value) => Should.Throw<ConfigurationException>(() => Read(value)).Mistakes.ShouldHaveSingleItem();

    private static string Read(string? value) => ConnectionStrings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:Order"] = value }).Build(),
        "Order");
}
