namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The models of SCSI controllers: VMware's four, by both names, and those that a document may name beside.</summary>
internal static class ScsiModel
{
    private static readonly (string Document, string Vmx)[] s_models =
        [("buslogic", "buslogic"), ("lsilogic", "lsilogic"), ("lsisas1068", "lsisas1068"), ("vmpvscsi", "pvscsi")];

    private static readonly string[] s_others =
        ["auto", "ibmvscsi", "virtio-scsi", "lsisas1078", "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390", "am53c974"];

    /// <summary>The model of a VMX file's controller as a document names it; null for one that is not there, or tells no model.</summary>
    public static string? Parse(VmxFile file, int controller)
    {
        var key = $"scsi{controller}";
        if (!file.Flag(key + ".present") || file.Text(key + ".virtualDev") is not { } name)
            return null;
        return Array.Find(s_models, model => model.Vmx.Equals(name, StringComparison.OrdinalIgnoreCase)).Document ?? throw VmxErrors.Internal(
            $"Expecting VMX entry '{key}.virtualDev' to be 'buslogic' or 'lsilogic' or 'lsisas1068' or 'pvscsi' but found '{name}'");
    }

    /// <summary>A document's model as a VMX file names it.</summary>
    public static string Format(string model) =>
        Array.Find(s_models, known => known.Document == model).Vmx ?? throw VmxErrors.Internal(
            "Expecting domain XML attribute 'model' of entry 'controller' to be 'buslogic' or 'lsilogic' or 'lsisas1068' or 'vmpvscsi' "
            + $"but found '{model}'");

    /// <summary>Whether a document may name it.</summary>
    public static bool IsKnown(string model) => s_others.Contains(model) || Array.Exists(s_models, known => known.Document == model);
}
