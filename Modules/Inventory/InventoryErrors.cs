using Fulfillment.Web;

namespace Fulfillment.Inventory;

/// <summary>Describes this module's error codes: of requests, of catalogue rows, and of orders without a reservation.</summary>
internal static class InventoryErrors
{
    private const string Skipped = "The row was left out and is in the errors file; the other rows were imported.";
    private const string Again = "Correct it in the errors file of the import, and upload that file.";
    private const string NotReserved = "The order failed. Nothing was reserved or charged.";

    public static IReadOnlyList<ErrorExplanation> All { get; } =
    [
        new(
            "STOCK_CONFLICT", "The stock does not allow it",
            "Fewer pieces are available than are to be taken, not as many as expectedAvailable says, "
            + "or more would be received than can be counted.",
            "The stock was left as it is.", "Read the stock, and decide anew."),
        new(
            "IMPORT_STATE", "The import is in another state",
            "Only a running import can be paused, a paused or failed one resumed, and one that has not ended cancelled.",
            "The import was left as it is.", "Look at its state."),
        new(
            "UNREADABLE_FILE", "The file cannot be imported",
            "It is no CSV in UTF-8 with a header, or not the whole of a gzip file or form.",
            "Nothing was stored.", "Save it as CSV in UTF-8, with the names of the columns in the first line."),
        new(
            "OUT_OF_STOCK", "Not enough stock", "Fewer pieces of a product are available than the order wants.",
            NotReserved, "Order less, or wait for new stock."),
        new(
            "UNKNOWN_PRODUCT", "There is no such product", "An order, or a row under stockOnly, names a product that does not exist.",
            "The order failed, or the row was left out.", "Check the id of the product, or create it."),
        new(
            "RESERVATION_EXPIRED", "Not paid in time", "The order was not paid within Inventory__ReservationTtl.",
            "The order was cancelled and its stock given back; a payment that came too late is refunded.", "Place the order again."),
        // Rows of a catalogue
        new(
            "MISSING_COLUMN", "A column is missing", "The header lacks a column that is needed, or a row ends before it.",
            "Of a header, nothing was stored. A row was left out and is in the errors file.",
            "Add the column; the template of the import has all of them."),
        new("TOO_MANY_VALUES", "More values than columns", "The row has more values than the header has columns.", Skipped, Again),
        new("MISSING_VALUE", "A value is missing", "A column that is needed is empty.", Skipped, Again),
        new(
            "INVALID_PRICE", "The price cannot be read",
            "It is not a number from 0 to 1,000,000,000 with a decimal point and at most two decimals.",
            Skipped, Again),
        new("INVALID_STOCK", "The stock cannot be read", "It is not a whole number from 0 to 1,000,000,000.", Skipped, Again),
        new("NEGATIVE_STOCK", "The stock is negative", "Less than nothing cannot lie on a shelf.", Skipped, Again),
        new(
            "DUPLICATE_KEY", "The product stands in the file twice", "Another row has the same key, and the import does not allow that.",
            Skipped, "Keep one of the rows, or import with duplicates=last."),
        new("TOO_LONG", "A value is too long", "The value or the whole record is longer than its column allows.", Skipped, Again),
        new("BAD_QUOTING", "Quotes do not fit", "A quote stands where none may be, or is not closed.", Skipped, Again),
        new(
            "BAD_ENCODING", "Characters cannot be read", "The row is not UTF-8, or has a control character in its key or name.",
            Skipped, "Save the file as UTF-8, and upload it again."),
        new(
            "STOCK_BELOW_RESERVED", "Less stock than orders hold", "The stock would fall below what is reserved for orders.",
            Skipped, "Wait until these orders have ended, or correct the number."),
        new(
            "STOCK_TOO_LARGE", "More pieces than can be counted",
            "The stock and the pieces that were sold are together more than 2,147,483,647.",
            Skipped, "Import less stock, or continue the product under another key."),
        new(
            "INVALID_KEY", "No address can have this key", "The key has one or two dots between slashes or alone, or contains %2F.",
            Skipped, Again),
    ];
}
