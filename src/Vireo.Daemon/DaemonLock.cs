using System.Globalization;

namespace Vireo.Daemon;

/// <summary>Keeps a second daemon out of the same root for as long as this process lives, however it ends.</summary>
internal sealed class DaemonLock : IDisposable
{
    private readonly FileStream _file;

    private DaemonLock(FileStream file) => _file = file;

    public static DaemonLock Take(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e)
        {
            throw new DaemonException($"another vireod uses this root: {path} is locked", e);
        }

        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        return new DaemonLock(file);
    }

    public void Dispose() => _file.Dispose();
}
