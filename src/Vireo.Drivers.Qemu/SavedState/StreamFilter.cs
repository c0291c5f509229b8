using Microsoft.Win32.SafeHandles;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>A program that changes what passes through it.</summary>
/// <param name="Path">The program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record FilterProgram(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Writes to its standard output, or reads its standard input, past the host's cache of files.</summary>
    /// <param name="writes">Which.</param>
    public static FilterProgram PastCache(bool writes) =>
        new(ProgramPath.Find("dd") ?? "/bin/dd", ["bs=1M", "status=none", .. writes ? (string[])["iflag=fullblock", "oflag=direct"] : ["iflag=fullblock,direct"]]);
}

/// <summary>Programs between a hypervisor and a file, one behind the other; none, and the hypervisor has the file itself.</summary>
internal sealed class StreamFilter : IAsyncDisposable
{
    private readonly SafeFileHandle _file;
    private readonly List<(HostProcess Process, string Name)> _running = [];
    private SafeFileHandle _end;

    private StreamFilter(SafeFileHandle file) => _file = _end = file;

    /// <summary>The hypervisor's end.</summary>
    public SafeFileHandle Descriptor => _end;

    /// <summary>Lets a hypervisor write into a file.</summary>
    /// <param name="file">Positioned where it begins; the filter's from now on.</param>
    /// <param name="programs">What it passes through; the last one writes the file.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: a program could not be started.</exception>
    public static StreamFilter Into(SafeFileHandle file, IEnumerable<FilterProgram> programs)
    {
        var filter = new StreamFilter(file);
        foreach (var program in programs.Reverse())
        {
            var (read, write) = HostPipe.Create();
            using (read)
            {
                filter.Start(program, read, filter._end, write);
            }
        }

        return filter;
    }

    /// <summary>Lets a hypervisor read from a file.</summary>
    /// <param name="file">Positioned where it begins; the filter's from now on.</param>
    /// <param name="programs">What it passes through; the first one reads the file.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: a program could not be started.</exception>
    public static StreamFilter From(SafeFileHandle file, IEnumerable<FilterProgram> programs)
    {
        var filter = new StreamFilter(file);
        foreach (var program in programs)
        {
            var (read, write) = HostPipe.Create();
            using (write)
            {
                filter.Start(program, filter._end, write, read);
            }
        }

        return filter;
    }

    /// <summary>The hypervisor has written all of it: waits until it is in the file.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: a program has failed.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        CloseEnd();
        foreach (var (process, name) in _running)
        {
            var status = await process.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (status is not { Success: true })
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"'{name}' could not write the guest's memory: {status}");
            }
        }
    }

    /// <summary>Waits until there is something for the hypervisor to read: it waits for ever where nothing comes.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: nothing comes.</exception>
    public async Task RequireDataAsync(CancellationToken cancellationToken)
    {
        if (_running.Count > 0 && !await HostPipe.HasDataAsync(_end, cancellationToken).ConfigureAwait(false))
        {
            var (process, name) = _running[^1];
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"'{name}' could not read the guest's memory: {await process.WaitAsync(cancellationToken).ConfigureAwait(false)}");
        }
    }

    /// <summary>Ends the programs: whoever writes into them hears that nobody reads.</summary>
    public void EndPrograms()
    {
        foreach (var (process, _) in _running)
        {
            process.Kill(Signals.Kill);
        }
    }

    /// <summary>Ends what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        CloseEnd();
        EndPrograms();
        foreach (var (process, _) in _running)
        {
            await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            process.Dispose();
        }

        _file.Dispose();
    }

    private void Start(FilterProgram program, SafeFileHandle input, SafeFileHandle output, SafeFileHandle end)
    {
        try
        {
            _running.Add((HostProcess.Start(new ProcessStart(program.Path, program.Arguments) { StandardInput = input, StandardOutput = output, WorkingDirectory = "/" }), program.Path));
        }
        catch
        {
            end.Dispose();
            foreach (var (process, _) in _running)
            {
                process.Kill(Signals.Kill);
                process.Dispose();
            }

            CloseEnd();
            _file.Dispose();
            throw;
        }

        CloseEnd();
        _end = end;
    }

    private void CloseEnd()
    {
        if (!ReferenceEquals(_end, _file))
        {
            _end.Dispose();
        }
    }
}
