using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>What a conversion has to ask the driver: how files are named on both sides, and where the guest is kept.</summary>
public abstract class VmxHost
{
    /// <summary>The folders and the data center the guest lies in (<c>vmware:datacenterpath</c>); null when there is none.</summary>
    public virtual string? DatacenterPath => null;

    /// <summary>The guest's managed object reference (<c>vmware:moref</c>); null when there is none.</summary>
    public virtual string? ManagedObject => null;

    /// <summary>The document's name of a file that a VMX file names.</summary>
    /// <param name="name">The name in the VMX file.</param>
    /// <param name="mayBeMissing">Whether null may be answered for a file that is not there, as for the image of a CD drive.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: there is no such file, or the name has no form that is known.</exception>
    public abstract string? FileFromVmx(string name, bool mayBeMissing);

    /// <summary>The VMX file's name of a file that a document names.</summary>
    /// <param name="path">The name in the document.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the name has no form that is known.</exception>
    public abstract string FileToVmx(string path);

    /// <summary>The model of a SCSI controller whose model is <c>auto</c>, by its first disk: what the disk's image was made for.</summary>
    /// <param name="disk">The disk.</param>
    public virtual string DetectScsiModel(DiskConfig disk) => "lsilogic";
}

/// <summary>Files are named alike on both sides, as with VMware's desktop products.</summary>
public sealed class PlainVmxHost : VmxHost
{
    /// <inheritdoc/>
    public override string? FileFromVmx(string name, bool mayBeMissing) => name;

    /// <inheritdoc/>
    public override string FileToVmx(string path) => path;
}
