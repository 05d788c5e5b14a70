using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Web;

/// <summary>
/// <c>/errors/{code}</c>, where the type of every error leads: a short page about its cause, its effect and its remedy.
/// <c>/errors</c> lists them. Every process has the pages of all modules, because the gateway takes them from any process.
/// </summary>
internal static class ErrorPages
{
    public static void MapErrorPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/errors", (ErrorCatalog errors, HttpContext http) => List(http, errors.All)).ExcludeFromDescription();
        routes.MapGet("/errors/{code}", (string code, ErrorCatalog errors, HttpContext http) => Explain(http, errors.All, code))
            .ExcludeFromDescription();
    }

    private static ContentHttpResult List(HttpContext http, IReadOnlyList<ErrorExplanation> errors)
    {
        var rows = string.Concat(errors.OrderBy(error => error.Code, StringComparer.Ordinal)
            .Select(error => $"<tr><td><a href=\"/errors/{error.Code}\">{error.Code}</a></td><td>{Encode(error.Title)}</td></tr>\n"));
        return Page(http, "Errors", $"<h1>Errors</h1>\n<table>\n{rows}</table>");
    }

    private static IResult Explain(HttpContext http, IReadOnlyList<ErrorExplanation> errors, string code) =>
        errors.FirstOrDefault(error => error.Code == code) is { } error
            ? Page(http, error.Code, $"""
                <h1>{Encode(error.Title)}</h1>
                <p><code>{error.Code}</code></p>
                <h2>Cause</h2>
                <p>{Encode(error.Cause)}</p>
                <h2>What the system did</h2>
                <p>{Encode(error.Effect)}</p>
                <h2>What to do</h2>
                <p>{Encode(error.Remedy)}</p>
                <p><a href="/errors">All errors</a></p>
                """)
            : Problems.NotFound($"There is no error {code}.");

    private static ContentHttpResult Page(HttpContext http, string title, string body)
    {
        PageSecurity.Apply(http.Response);
        return TypedResults.Content(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encode(title)} - Fulfillment</title>
            <link rel="stylesheet" href="/errors.css">
            </head>
            <body>
            <main>
            {body}
            </main>
            </body>
            </html>
            """,
            "text/html; charset=utf-8");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
