using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Vireo.Rpc.Transport;

/// <summary>What a watched descriptor is ready for.</summary>
[Flags]
internal enum Readiness : uint
{
    None = 0,
    Read = 0x001,
    Write = 0x004,
    Error = 0x008,
    HangUp = 0x010,
}

/// <summary>Something that an <see cref="EventLoop"/> watches.</summary>
internal interface IWatched
{
    /// <summary>Called on the loop's thread; must not block and must not throw.</summary>
    void OnReady(Readiness readiness);
}

/// <summary>
/// One thread that waits for many sockets and handles each where it woke. A call that a driver answers at once is thus read, run and
/// answered with no hand-over between threads, which is where most of an RPC's time goes elsewhere.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int Batch = 64;

    // Who has just called often calls again at once, and to fall asleep and be woken costs more than such a call: for so long the loop
    // looks again and again, and lets others run in between.
    private static readonly long LingerTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency * 50 / 1_000_000 : 0;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Lock _slotsLock = new();
    private Slot[] _slots = new Slot[16];
    private readonly Stack<int> _freeSlots = new();
    private int _usedSlots;
    private int _wakePending;
    private volatile bool _stopping;
    private long _nextTick = long.MaxValue;
    private Action? _onTick;

    private struct Slot
    {
        public IWatched? Watched;
        public uint Generation;
    }

    /// <param name="name">The thread's name.</param>
    public EventLoop(string name)
    {
        _epoll = Syscalls.EpollCreate(Syscalls.CloseOnExec);
        if (_epoll < 0) throw Syscalls.Failure("cannot create an event loop");
        _wake = Syscalls.EventDescriptor(0, Syscalls.CloseOnExec | Syscalls.NonBlocking);
        if (_wake < 0)
        {
            var failure = Syscalls.Failure("cannot create an event loop");
            Syscalls.Close(_epoll);
            throw failure;
        }

        Control(Syscalls.EpollAdd, _wake, Readiness.Read, ulong.MaxValue);
        _thread = new Thread(Run, 512 * 1024) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Room for what one receive yields; only for the loop's own thread.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);

    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Calls <paramref name="onTick"/> on the loop's thread about once a second.</summary>
    public void EverySecond(Action onTick) => Post(() =>
    {
        _onTick += onTick;
        _nextTick = Environment.TickCount64 + 1000;
    });

    /// <summary>Ends what <see cref="EverySecond"/> began.</summary>
    public void NotEverySecond(Action onTick) => Post(() =>
    {
        _onTick -= onTick;
        if (_onTick is null) _nextTick = long.MaxValue;
    });

    /// <summary>Watches a descriptor; the token names it to <see cref="Modify"/> and <see cref="Remove"/>.</summary>
    public long Add(int descriptor, IWatched watched, Readiness interest)
    {
        ulong token;
        lock (_slotsLock)
        {
            if (!_freeSlots.TryPop(out int index))
            {
                index = _usedSlots++;
                if (index == _slots.Length) Array.Resize(ref _slots, index * 2);
            }

            ref var slot = ref _slots[index];
            slot.Watched = watched;
            slot.Generation++;
            token = ((ulong)slot.Generation << 32) | (uint)index;
        }

        Control(Syscalls.EpollAdd, descriptor, interest, token);
        return (long)token;
    }

    public void Modify(int descriptor, long token, Readiness interest) => Control(Syscalls.EpollModify, descriptor, interest, (ulong)token);

    public void Remove(int descriptor, long token)
    {
        Syscalls.EpollControl(_epoll, Syscalls.EpollDelete, descriptor, null);
        lock (_slotsLock)
        {
            int index = (int)(token & 0xffffffff);
            _slots[index].Watched = null;
            _slots[index].Generation++;
            _freeSlots.Push(index);
        }
    }

    /// <summary>Runs <paramref name="action"/> on the loop's thread, soon.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Wake();
    }

    public void Dispose()
    {
        _stopping = true;
        Wake();
        if (!IsCurrent) _thread.Join();
        Syscalls.Close(_epoll);
        Syscalls.Close(_wake);
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _wakePending, 1) != 0) return;
        ulong one = 1;
        Syscalls.Write(_wake, &one, 8);
    }

    private void Control(int operation, int descriptor, Readiness interest, ulong token)
    {
        byte* item = stackalloc byte[16];
        *(uint*)item = (uint)interest;
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(item + Syscalls.EpollDataOffset, 8), token);
        if (Syscalls.EpollControl(_epoll, operation, descriptor, item) < 0) throw Syscalls.Failure("cannot watch a socket");
    }

    private void Run()
    {
        byte* items = stackalloc byte[16 * Batch];
        long lingerUntil = 0;
        while (!_stopping)
        {
            int count = Syscalls.EpollWait(_epoll, items, Batch, lingerUntil == 0 ? Timeout() : 0);
            if (count > 0)
            {
                Handle(items, count);
                lingerUntil = LingerTicks == 0 ? 0 : Stopwatch.GetTimestamp() + LingerTicks;
            }
            else if (Stopwatch.GetTimestamp() < lingerUntil)
            {
                Thread.Yield();
                continue;
            }
            else
            {
                lingerUntil = 0;
            }

            Tick();
        }
    }

    private void Handle(byte* items, int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte* item = items + (i * Syscalls.EpollEventSize);
            ulong token = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(item + Syscalls.EpollDataOffset, 8));
            if (token == ulong.MaxValue) Drain();
            else Find(token)?.OnReady((Readiness)(*(uint*)item));
        }
    }

    private int Timeout() => _nextTick == long.MaxValue ? -1 : (int)Math.Clamp(_nextTick - Environment.TickCount64, 0, 1000);

    private void Tick()
    {
        if (_nextTick == long.MaxValue) return;
        long now = Environment.TickCount64;
        if (now < _nextTick) return;
        _nextTick = now + 1000;
        _onTick?.Invoke();
    }

    private void Drain()
    {
        ulong counter;
        Syscalls.Read(_wake, &counter, 8);
        Interlocked.Exchange(ref _wakePending, 0);
        while (_posted.TryDequeue(out var action)) action();
    }

    private IWatched? Find(ulong token)
    {
        lock (_slotsLock)
        {
            int index = (int)(token & 0xffffffff);
            return _slots[index].Generation == (uint)(token >> 32) ? _slots[index].Watched : null;
        }
    }
}
