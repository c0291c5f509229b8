using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Vireo.Rpc.Server;

/// <summary>
/// Which procedures were answered without an error, and by which driver: each told once to the end of a file, for a run of tests that must show what it says is there.
/// </summary>
internal sealed class CallRecord(string path, ILogger logger)
{
    private readonly ConcurrentDictionary<(string Scheme, uint Program, int Procedure), bool> _known = new();

    /// <summary>Notes an answer.</summary>
    /// <param name="uri">The driver's URI.</param>
    /// <param name="header">The call.</param>
    public void Note(string uri, in PacketHeader header)
    {
        string scheme = uri.Split(':')[0];
        if (!_known.TryAdd((scheme, header.Program, header.Procedure), true))
            return;

        try
        {
            // One short write at the end of the file: other daemons' lines are never in its midst.
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{scheme} {header.Program:x} {header.Procedure}\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServerLog.Unrecorded(logger, path, e.Message);
        }
    }
}
