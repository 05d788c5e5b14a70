using Integration.Tests.Fixture;

// Six at a time keep two processors busy, although some of them wait.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
[assembly: AssemblyFixture(typeof(Servers))]
