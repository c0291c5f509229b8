namespace Vireo.Config;

public sealed partial record SecretConfig
{
    /// <summary>Reads a document that defines a secret. Answers to <c>virSecretDefineXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static SecretConfig ParseDefinition(string xml) => Parse(xml).ToDefinition();

    /// <summary>The secret as libvirt keeps it. Its identity is given by whoever keeps it; it stays null here when the document has none.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_INTERNAL_ERROR: its use is not told in full.</exception>
    public SecretConfig ToDefinition() => this with
    {
        Ephemeral = Ephemeral ?? false,
        Private = Private ?? false,
        Description = Description is "" ? null : Description,
        Usage = Complete(Usage),
    };

    private static SecretUsage? Complete(SecretUsage? usage)
    {
        if (usage is null)
        {
            return null;
        }

        var refusal = usage.Type switch
        {
            null => throw VireoException.InvalidXml(ErrorDomain.Secret, "unknown secret usage type"),
            SecretUsageType.Volume when usage.Volume is null or "" => "volume usage specified, but volume path is missing",
            SecretUsageType.Ceph when usage.Name is null or "" => "Ceph usage specified, but name is missing",
            SecretUsageType.Iscsi when usage.Target is null or "" => "iSCSI usage specified, but target is missing",
            SecretUsageType.Tls when usage.Name is null or "" => "TLS usage specified, but name is missing",
            SecretUsageType.Vtpm when usage.Name is null or "" => "vTPM usage specified, but name is missing",
            _ => null,
        };
        return refusal is not null ? throw VireoException.Internal(ErrorDomain.Secret, refusal)
            : usage.Type is SecretUsageType.None ? null
            : usage with
            {
                Volume = usage.Type is SecretUsageType.Volume ? usage.Volume : null,
                Target = usage.Type is SecretUsageType.Iscsi ? usage.Target : null,
                Name = usage.Type is SecretUsageType.Volume or SecretUsageType.Iscsi ? null : usage.Name,
            };
    }
}
