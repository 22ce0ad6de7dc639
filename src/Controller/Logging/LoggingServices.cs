namespace Controller.Logging;

/// <summary>Registers the log of this process.</summary>
internal static class LoggingServices
{
    public static IServiceCollection AddControllerLog(this IServiceCollection services, ControllerLog log) => services
        .AddSingleton(log)
        .AddSingleton<RequestLog>()
        .AddLogging(logging =>
        {
            logging.ClearProviders();
            logging.AddProvider(log);
            logging.SetMinimumLevel(LogLevel.Trace);
            if (!log.Writes((int)Configuration.LogThreshold.Silly))
            {
                // The framework tells about every request at "info"; its warnings are worth reading.
                logging.AddFilter("Microsoft", LogLevel.Warning);
                logging.AddFilter("System", LogLevel.Warning);

                // It has nothing to say at that level, yet to be able to it would begin a span for each request.
                logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
            }
        });
}
