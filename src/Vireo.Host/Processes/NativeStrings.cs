using System.Runtime.InteropServices;
using System.Text;

namespace Vireo.Host.Processes;

/// <summary>A NULL-terminated array of C strings in one block of memory, as exec takes them.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte** _block;

    public NativeStrings(IReadOnlyCollection<string> strings)
    {
        var table = (nuint)(strings.Count + 1) * (nuint)sizeof(byte*);
        nuint size = table;
        foreach (var text in strings)
        {
            if (text.Contains('\0'))
                throw VireoException.InvalidArgument(ErrorDomain.None, "an argument of a program holds a NUL character");
            size += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        }

        _block = (byte**)NativeMemory.Alloc(size);
        var cursor = (byte*)_block + table;
        var end = (byte*)_block + size;
        var index = 0;
        foreach (var text in strings)
        {
            _block[index++] = cursor;
            cursor += Encoding.UTF8.GetBytes(text, new Span<byte>(cursor, (int)(end - cursor)));
            *cursor++ = 0;
        }

        _block[index] = null;
    }

    public byte** Pointer => _block;

    public void Dispose() => NativeMemory.Free(_block);
}
