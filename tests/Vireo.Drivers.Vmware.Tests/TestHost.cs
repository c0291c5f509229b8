namespace Vireo.Drivers.Vmware.Tests;

/// <summary>A host as libvirt's own tests have it: every VMX file lies in the directory <c>directory</c> of the datastore <c>datastore</c>.</summary>
internal sealed class TestHost(string? datacenterPath = null, string? managedObject = null) : VmxHost
{
    public static TestHost Instance { get; } = new();

    public override string? DatacenterPath => datacenterPath;

    public override string? ManagedObject => managedObject;

    public override string? FileFromVmx(string name, bool mayBeMissing) => DatastorePath.FromVmx(name, "datastore", "directory");

    public override string FileToVmx(string path) => DatastorePath.ToVmx(path);
}
