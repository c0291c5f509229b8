using System.Runtime.InteropServices;

namespace Vireo.Cli.Shell;

/// <summary>Turns Ctrl-C into a token while it lives, instead of ending the program.</summary>
internal sealed class InterruptScope : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _registration;

    public InterruptScope() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
    {
        signal.Cancel = true;
        _source.Cancel();
    });

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
