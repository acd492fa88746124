using OrleansSockets.Conformance;

return await ConformanceProgram.RunAsync(args, Console.Out);
