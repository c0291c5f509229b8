namespace Vireo.Interop.Tests;

/// <summary>Sessions about what is attached to a domain: others' elements, cables, launch secrets.</summary>
internal static class GuestSessions
{
    /// <summary>Elements of others', and the small queries of the tool.</summary>
    public static Session Metadata { get; } = new(
        "t-metadata",
        [
            "define {dir}/cards.xml", "metadata t-metadata http://x.org", "metadata t-metadata http://x.org --key k --set <a>b</a>", "metadata t-metadata http://x.org", "metadata t-metadata http://x.org --set <a/>",
            "metadata t-metadata http://x.org --key k --set <a", "metadata t-metadata http://x.org --key k --set <c/> --live", "metadata t-metadata http://x.org --key k --set <c/> --config", "metadata t-metadata http://x.org --config",
            "metadata t-metadata http://x.org --remove --set <a/> --key k", "metadata t-metadata http://x.org --edit --remove", "metadata t-metadata http://x.org --edit", "metadata t-metadata http://x.org --current --live",
            "dumpxml t-metadata --xpath //metadata", "metadata t-metadata http://x.org --remove", "metadata t-metadata http://x.org --remove", "metadata t-metadata http://x.org", "metadata nosuch http://x.org",
            "domif-getlink t-metadata 52:54:00:00:00:11", "domif-getlink t-metadata 52:54:0:0:0:12 --config", "domif-getlink t-metadata vnet77", "domif-getlink t-metadata 52:54:00:00:00:99", "domlaunchsecinfo t-metadata",
            "domsetlaunchsecstate t-metadata", "domsetlaunchsecstate t-metadata --secrethdr {dir}/dom.xml --secret {dir}/dom.xml", "domsetlaunchsecstate t-metadata --secrethdr /no/such --secret {dir}/dom.xml",
            "dom-fd-associate t-metadata a x", "checkpoint-edit t-metadata", "checkpoint-edit t-metadata nosuch", "undefine t-metadata",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["cards.xml"] = "{domain|</devices>|<interface type='user'><mac address='52:54:00:00:00:11'/></interface><interface type='user'><mac address='52:54:00:00:00:12'/><link state='down'/></interface></devices>}",
        },
    };
}
