namespace Fulfillment.Web;

/// <summary>Explanation of an error code, for people. The type of every error leads to the page about its code.</summary>
/// <param name="Code">The code, for example <c>ORDER_ENDED</c>.</param>
/// <param name="Title">The error, in a few words.</param>
/// <param name="Cause">Why it happens.</param>
/// <param name="Effect">Effect in the system: the work that was done, and that was not done.</param>
/// <param name="Remedy">Action for the caller.</param>
public sealed record ErrorExplanation(string Code, string Title, string Cause, string Effect, string Remedy);

/// <summary>Every error of the system with its explanation.</summary>
/// <param name="modules">Errors that only single modules answer with.</param>
public sealed class ErrorCatalog(IEnumerable<ErrorExplanation> modules)
{
    private const string Nothing = "Nothing was done or stored.";
    private const string Client = "Correct the request and send it again.";

    internal IReadOnlyList<ErrorExplanation> All { get; } =
    [
        // Requests
        new(
            "VALIDATION_FAILED", "Fields are wrong", "At least one field or query parameter has a value that is not allowed.",
            Nothing, "Correct the fields that 'errors' names, and send the request again."),
        new(
            "MALFORMED_JSON", "The body is not the JSON that is expected",
            "The body has a syntax error, an unknown or repeated field, or a value of the wrong type.",
            Nothing, "Look at the field and the line that the response names."),
        new(
            "BODY_EXPECTED", "The body is missing", "The operation needs a body, and it was missing or ended too early.",
            Nothing, "Send the JSON that the operation expects, with its Content-Type."),
        new(
            "BAD_REQUEST", "The request cannot be read",
            "The request is not valid HTTP, or a part of it is too long or came too slowly.", Nothing, Client),
        new(
            "NOT_FOUND", "There is no such thing", "The address, or the number in it, belongs to nothing that exists.",
            Nothing, "Check the address; the lists of the API tell which numbers there are."),
        new(
            "METHOD_NOT_ALLOWED", "The method is not known here", "The address exists, but not for this HTTP method.",
            Nothing, "The header Allow names the methods of this address."),
        new(
            "UNSUPPORTED_MEDIA_TYPE", "The type of the body is not known",
            "The Content-Type is missing or is none that the operation reads.",
            Nothing, "Send JSON as application/json, and a catalogue as text/csv or as a form."),
        new(
            "PAYLOAD_TOO_LARGE", "The body is too large",
            "A body may have 256 KiB (1 MiB at the gateway), an uploaded catalogue as much as Import__MaxFileBytes says.",
            Nothing, "Send less, or divide the file."),
        new(
            "TOO_MANY_REQUESTS", "Too many writes", "This address has written more often than the gateway allows.",
            Nothing, "Wait as long as Retry-After says, and send the request again."),
        new(
            "IDEMPOTENCY_KEY_REUSED", "The Idempotency-Key belongs to another request",
            "The same key was used with another body within the last day.",
            Nothing, "Use a new key for a new request, and the same body with the same key."),
        new(
            "IDEMPOTENCY_KEY_IN_FLIGHT", "The same request is being worked on",
            "A request with this Idempotency-Key has come before and is not finished.",
            "The first request goes on; this one was not begun.", "Send it again in a second: then it gets the response of the first."),
        // Answers
        new(
            "DEPENDENCY_UNAVAILABLE", "A dependency is unavailable",
            "The database or another server that the operation needs does not answer, or no replica of the service does.",
            "Nothing was done or stored, and nothing of it will be done later.",
            "Send the request again as Retry-After says; /health/ready of the service names what is missing."),
        new(
            "TOO_MANY_STREAMS", "Too many streams of live events are open", "A process sends live events to a limited number of clients.",
            "Nothing is sent.", "Try again as Retry-After says, or ask from time to time instead."),
        new(
            "OUTCOME_UNKNOWN", "It is unknown whether the request was carried out",
            "The database did not confirm the commit, or the connection between gateway and service broke after the request was sent.",
            "The request may have been carried out, as a whole or not at all. Nothing has repeated it.",
            "With an Idempotency-Key, or with PUT or DELETE, send the same request again. Otherwise look first whether it was carried out: "
            + "list the orders of the customer, or show the payment, the stock or the import."),
        new(
            "INTERNAL_ERROR", "Something unexpected happened", "There is a mistake in the program.",
            "The operation failed, and its changes were rolled back.",
            "Look for the traceId of the response in the log of the service, and report it."),
        // Operations
        new(
            "AUDIT_TIMEOUT", "Another audit is running", "A process makes one audit of a module at a time.",
            "Nothing was checked, and nothing was changed.", "Try again in some seconds."),
        new(
            "ALREADY_QUEUED", "The dead letter is about to be replayed", "Its replay was requested, and is not done yet.",
            Nothing, "Follow the replay; afterwards the dead letter is replayed, or open again."),
        new(
            "NOT_OPEN", "The dead letter is not open", "It was replayed already, or another request has queued it for a replay.",
            Nothing, "Look at its status; one that fails again is open again."),
        new(
            "NOTHING_TO_REPLAY", "Nothing matches", "No open dead letter that can be replayed matches the request.",
            Nothing, "List the open dead letters, and ask for one of them."),
        new(
            "NO_QUEUE", "The queue of the message is unknown", "It did not come from a queue of this module.",
            Nothing, "Publish it by hand where it belongs, or delete it."),
        new(
            "BODY_TRUNCATED", "The message is not complete", "It had more than 256 KiB, of which only that much was kept.",
            Nothing, "Put a whole body in its place with edit-and-replay, or delete it."),
        .. modules,
    ];
}
