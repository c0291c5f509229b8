using Vireo.Uris;

namespace Vireo.Drivers.Test;

/// <summary>
/// Opens <c>test:///default</c> and <c>test:///FILE.xml</c>: a hypervisor in this process's memory that needs nothing installed. Connections to
/// <c>test:///default</c> share one hypervisor; each of a file has its own.
/// </summary>
public sealed class TestDriver : IDriver
{
    private readonly Lazy<TestHypervisor> _default = new(() => TestHypervisor.Load(TestDefaults.Node));

    /// <inheritdoc/>
    public bool Accepts(ConnectionUri uri) => uri is { Driver: "test", Transport: null, Host: null };

    /// <inheritdoc/>
    public async ValueTask<DriverConnection> OpenAsync(ConnectionUri uri, bool readOnly, CancellationToken cancellationToken)
    {
        if (uri.Path is "" or "/")
        {
            throw VireoException.InvalidArgument(ErrorDomain.Test, "test_driver: no path: supply a path or use test:///default");
        }

        var hypervisor = uri.Path == "/default" ? _default.Value : await LoadAsync(uri.Path, cancellationToken).ConfigureAwait(false);
        return new DriverConnection { Uri = uri.LocalName, Hypervisor = new TestConnection(hypervisor, uri.LocalName) };
    }

    private static async ValueTask<TestHypervisor> LoadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > TestNode.MaxSize)
            {
                throw VireoException.InvalidArgument(ErrorDomain.Test, $"{path} is longer than {TestNode.MaxSize} bytes");
            }

            var text = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
            return TestHypervisor.Load(TestNode.Parse(text, Path.GetDirectoryName(path)!));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Test, 2, $"failed to read '{path}': {e.Message}", e);
        }
    }
}
