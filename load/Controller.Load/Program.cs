Console.WriteLine("usage: controller-load <demo|hotpath|hold|cadence> --url URL");
