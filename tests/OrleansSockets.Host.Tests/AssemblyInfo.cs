using Xunit.Sdk;
using Xunit.v3;

// Each test runs real nodes, one also a browser; one test at a time leaves them the machine.
[assembly: Parallelization(Mode = ParallelMode.None)]
