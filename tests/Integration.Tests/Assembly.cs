using Integration.Tests.Fixture;

// The tests share two cores with a broker, a database and the processes that they start.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Servers))]
