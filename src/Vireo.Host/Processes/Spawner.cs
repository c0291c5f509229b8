using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;
using Vireo.Host.Security;

namespace Vireo.Host.Processes;

/// <summary>Starts programs by posix_spawn, which needs no copy of the daemon's memory and runs no managed code in the child.</summary>
internal static unsafe class Spawner
{
    private const int FirstInherited = 3;

    /// <summary>Starts the program; returns its pid. The caller must reap it.</summary>
    public static int Start(ProcessStart start)
    {
        if (start.LockedMemory is not null)
            return StartAs(start);
        var turns = LentMemoryLimit.Turns;
        var pid = StartAs(start);
        LentMemoryLimit.Correct(pid, turns);
        return pid;
    }

    private static int StartAs(ProcessStart start)
    {
        if (start.UserId is null && start.GroupId is null && start.FileModeMask is null && start.Devices is null && start.Profile is null)
            return SpawnAs(start);

        // Rights and mask belong to the thread on Linux. A thread that gives its rights up, spawns and ends
        // leaves the daemon's other threads as they are.
        var pid = 0;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                pid = SpawnAs(start);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? pid : throw failure;
    }

    private static int SpawnAs(ProcessStart start)
    {
        if (start.Devices is { } devices)
            DeviceTree.Enter(devices, start.UserId ?? 0, start.GroupId ?? 0);
        if (start.FileModeMask is { } mask)
        {
            if (Libc.Unshare(Libc.NewFilesystemContext) != 0)
                throw SystemError.Last("cannot give a thread a file mode mask of its own");
            Libc.FileModeMask(mask);
        }

        if (start.Profile is { } profile)
            AppArmor.EnterAtExecution(profile);

        // The user need not reach it by its name.
        using var directory = OpenDirectory(start.WorkingDirectory);
        // Raising it asks for a right that the thread is about to give up.
        using var limit = start.LockedMemory is { } bytes ? LentMemoryLimit.Take(bytes) : null;
        if (start.UserId is not null || start.GroupId is not null)
            ThreadIdentity.Assume(start.UserId, start.GroupId, start.SupplementaryGroups);
        return Spawn(start, directory);
    }

    private static SafeFileHandle? OpenDirectory(string? path)
    {
        if (path is null)
            return null;
        var fd = Libc.Open(path, Libc.PathOnly | Libc.Directory | Libc.CloseOnExec, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemError.Last($"Unable to change to {path}");
    }

    private static int Spawn(ProcessStart start, SafeFileHandle? directory)
    {
        using var arguments = new NativeStrings([start.Program, .. start.Arguments]);
        using var environment = new NativeStrings(Environment(start));
        using var descriptors = new DescriptorPlan(start);
        var actions = stackalloc byte[Libc.FileActionsSize];
        var attributes = stackalloc byte[Libc.SpawnAttributesSize];
        Check(Libc.FileActionsInit(actions));
        Check(Libc.SpawnAttributesInit(attributes));
        try
        {
            if (directory is not null)
                Check(Libc.FileActionsAddChangeDirectory(actions, (int)directory.DangerousGetHandle()));

            descriptors.Apply(actions);
            SetAttributes(attributes, start.NewSession);
            int pid;
            var errno = Libc.Spawn(&pid, start.Program, actions, attributes, arguments.Pointer, environment.Pointer);
            return errno == 0 ? pid : throw SystemError.Make(errno, $"cannot execute binary {start.Program}");
        }
        finally
        {
            _ = Libc.FileActionsDestroy(actions);
            _ = Libc.SpawnAttributesDestroy(attributes);
        }
    }

    private static void SetAttributes(byte* attributes, bool newSession)
    {
        // The runtime ignores SIGPIPE and blocks or handles others; the program starts with a clean slate.
        var set = stackalloc byte[Libc.SignalSetSize];
        Check(Libc.SignalSetFill(set));
        Check(Libc.SpawnAttributesSetSignalDefaults(attributes, set));
        Check(Libc.SignalSetEmpty(set));
        Check(Libc.SpawnAttributesSetSignalMask(attributes, set));
        var flags = Libc.SpawnSetSignalDefaults | Libc.SpawnSetSignalMask | (newSession ? Libc.SpawnSetSession : 0);
        Check(Libc.SpawnAttributesSetFlags(attributes, (short)flags));
    }

    private static List<string> Environment(ProcessStart start)
    {
        var entries = new List<string>();
        if (start.Environment is { } given)
        {
            foreach (var (name, value) in given)
                entries.Add($"{name}={value}");
        }
        else
        {
            foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
                entries.Add($"{entry.Key}={entry.Value}");
        }

        return entries;
    }

    private static void Check(int errno)
    {
        if (errno != 0)
            throw SystemError.Make(errno, "cannot prepare to start a program");
    }

    /// <summary>
    /// Which descriptor goes where. Each is first duplicated above all numbers wanted, so that no placing overwrites
    /// one still to be placed; the duplicates and everything else close at exec.
    /// </summary>
    private sealed class DescriptorPlan : IDisposable
    {
        private readonly List<(SafeFileHandle Copy, int Number)> _placed = [];
        private readonly int _end;

        public DescriptorPlan(ProcessStart start)
        {
            _end = FirstInherited;
            foreach (var inherited in start.Inherited)
            {
                if (inherited.Number < FirstInherited || _placed.Exists(entry => entry.Number == inherited.Number))
                    throw VireoException.InvalidArgument(ErrorDomain.None, $"file descriptor {inherited.Number} cannot be inherited under that number");
                _end = Math.Max(_end, inherited.Number + 1);
            }

            try
            {
                Place(start.StandardInput, 0, Libc.ReadOnly);
                Place(start.StandardOutput, 1, Libc.WriteOnly);
                Place(start.StandardError, 2, Libc.WriteOnly);
                foreach (var inherited in start.Inherited)
                    Place(inherited.Handle, inherited.Number, 0);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public void Apply(byte* actions)
        {
            foreach (var (copy, number) in _placed)
                Check(Libc.FileActionsAddDup2(actions, (int)copy.DangerousGetHandle(), number));
            for (var number = FirstInherited; number < _end; number++)
            {
                if (!_placed.Exists(entry => entry.Number == number))
                    Check(Libc.FileActionsAddClose(actions, number));
            }

            Check(Libc.FileActionsAddCloseFrom(actions, _end));
        }

        public void Dispose()
        {
            foreach (var (copy, _) in _placed)
                copy.Dispose();
        }

        private void Place(SafeHandle? handle, int number, int nullMode)
        {
            using var opened = handle is null ? OpenNull(nullMode) : null;
            var copy = Libc.Control(handle ?? opened!, Libc.DupFdCloseOnExec, _end);
            if (copy < 0)
                throw SystemError.Last("cannot duplicate a file descriptor");
            _placed.Add((new SafeFileHandle(copy, ownsHandle: true), number));
        }

        private static SafeFileHandle OpenNull(int mode)
        {
            var fd = Libc.Open("/dev/null", mode | Libc.CloseOnExec, 0);
            return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemError.Last("cannot open file '/dev/null'");
        }
    }
}
