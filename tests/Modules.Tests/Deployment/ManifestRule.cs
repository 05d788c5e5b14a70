namespace Modules.Tests.Deployment;

/// <summary>An error in a file: a piece of its text is replaced by another one.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="From">What is replaced, wherever it stands.</param>
/// <param name="To">What it is replaced by.</param>
internal sealed record Mistake(string File, string From, string To)
{
    public Manifests In(Manifests manifests)
    {
        var text = manifests.Files[File];
        text.ShouldContain(From, customMessage: $"The mistake in {File} cannot be made any more.");
        return Manifests.Read(
            new Dictionary<string, string>(manifests.Files) { [File] = text.Replace(From, To, StringComparison.Ordinal) });
    }
}

/// <summary>What must be true of the manifests, and mistakes that it must catch.</summary>
/// <param name="Name">A sentence.</param>
/// <param name="Violations">One readable line per violation.</param>
/// <param name="Planted">Each must give a violation.</param>
internal sealed record ManifestRule(string Name, Func<Manifests, IEnumerable<string>> Violations, params IReadOnlyList<Mistake> Planted);
