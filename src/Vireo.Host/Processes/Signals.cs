namespace Vireo.Host.Processes;

/// <summary>The signals that are sent to processes.</summary>
public static class Signals
{
    /// <summary>Asks whether the process is there; sends nothing.</summary>
    public const int None = 0;

    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT.</summary>
    public const int Quit = 3;

    /// <summary>SIGKILL: ends it at once, whatever it does.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: asks it to end.</summary>
    public const int Terminate = 15;

    /// <summary>SIGCONT.</summary>
    public const int Continue = 18;

    /// <summary>SIGSTOP.</summary>
    public const int Stop = 19;
}
