using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Vireo.Daemon;

/// <summary>Writes each entry as one line to stderr, where the service manager keeps it.</summary>
internal sealed class StderrLogger(LogLevel least) : ILoggerFactory
{
    private readonly TextWriter _out = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError(), bufferSize: 256) { AutoFlush = true });

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the log goes to stderr alone");

    public void Dispose() => _out.Dispose();

    private sealed class Category(StderrLogger owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.Least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string time = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            string text = formatter(state, exception).ReplaceLineEndings("\\n");
            string cause = exception is null ? "" : " | " + exception.ToString().ReplaceLineEndings("\\n");
            owner.Write($"{time} {Word(logLevel)} {name}: {text}{cause}\n");
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };
    }

    private LogLevel Least => least;

    private void Write(string line)
    {
        try
        {
            _out.Write(line);
        }
        catch (IOException)
        {
            // Whoever read the log has gone; the daemon goes on without it.
        }
    }
}
