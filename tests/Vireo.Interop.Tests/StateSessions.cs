namespace Vireo.Interop.Tests;

/// <summary>Sessions about a domain's state on disk, and about what looks or reaches into a guest.</summary>
internal static class StateSessions
{
    /// <summary>Files that a domain is saved into: made, shown, changed, restored, refused.</summary>
    public static Session Saved { get; } = new(
        "t-save",
        "save t-save {dir}/x.save", "define {dir}/dom.xml", "save t-save {dir}/x.save", "start t-save", "save t-save {dir}/no/such/dir", "domstate t-save --reason", "save t-save {dir}/x.save --running --paused",
        "save t-save {dir}/x.save --xml {dir}/other.xml", "save t-save {dir}/x.save --xml {dir}/mem.xml", "domstate t-save --reason", "save t-save {dir}/x.save", "domstate t-save --reason", "list --all",
        "save-image-dumpxml {dir}/x.save", "save-image-dumpxml {dir}/x.save --security-info", "restore {dir}/x.save", "domstate t-save --reason", "restore {dir}/x.save", "suspend t-save", "save t-save {dir}/p.save",
        "restore {dir}/p.save", "domstate t-save --reason", "dominfo t-save", "save t-save {dir}/p.save --bypass-cache --running", "restore {dir}/p.save --bypass-cache", "domstate t-save --reason", "save t-save {dir}/p.save --paused",
        "save-image-define {dir}/p.save {dir}/other.xml", "save-image-define {dir}/p.save {dir}/mem.xml", "save-image-define {dir}/p.save {dir}/dom.xml --running --paused", "save-image-define {dir}/p.save {dir}/bad.xml",
        "save-image-define {dir}/p.save {dir}/display.xml --running", "save-image-dumpxml {dir}/p.save --security-info", "save-image-dumpxml {dir}/p.save", "restore {dir}/p.save --running --paused",
        "restore {dir}/p.save --xml {dir}/mem.xml", "domstate t-save --reason", "restore {dir}/p.save", "domstate t-save --reason", "destroy t-save", "restore {dir}/p.save --paused", "domstate t-save --reason",
        "resume t-save", "domstate t-save --reason", "destroy t-save", "restore {dir}/dom.xml", "restore {dir}/nothere", "save-image-dumpxml {dir}/nothere", "save-image-define {dir}/nothere {dir}/dom.xml",
        "restore {dir}/a.qcow2", "undefine t-save", "restore {dir}/x.save", "list --all --name", "list --transient --name", "managedsave t-save", "save t-save {dir}/x.save", "list --all", "domstate t-save")
    {
        Documents = new Dictionary<string, string>
        {
            ["other.xml"] = "{domain|<name>t-|<name>other-}",
            ["mem.xml"] = "{domain|>32<|>64<}",
            ["display.xml"] = "{domain|<devices>|<description>changed</description><devices>}",
        },
    };

    /// <summary>Images that the daemon keeps for the next start.</summary>
    public static Session Managed { get; } = new(
        "t-managed",
        "define {dir}/dom.xml", "managedsave t-managed", "managedsave-remove t-managed", "managedsave-dumpxml t-managed", "managedsave-define t-managed {dir}/dom.xml", "start t-managed", "managedsave t-managed",
        "dominfo t-managed", "list --all", "list --all --managed-save", "list --all --with-managed-save --name", "list --all --without-managed-save --name", "domstate t-managed --reason", "managedsave t-managed", "undefine t-managed",
        "domrename t-managed t-managed2", "managedsave-dumpxml t-managed", "managedsave-dumpxml t-managed --security-info", "managedsave-define t-managed {dir}/other.xml", "managedsave-define t-managed {dir}/dom.xml --paused",
        "start t-managed", "domstate t-managed --reason", "list --with-managed-save --name", "resume t-managed", "managedsave t-managed --paused", "start t-managed", "domstate t-managed --reason", "managedsave t-managed --running",
        "start t-managed --paused", "domstate t-managed --reason", "resume t-managed", "managedsave t-managed --running --paused", "managedsave t-managed --bypass-cache", "start t-managed --bypass-cache", "domstate t-managed --reason",
        "managedsave t-managed", "start t-managed --force-boot", "domstate t-managed --reason", "dominfo t-managed", "managedsave t-managed", "managedsave-remove t-managed", "list --all", "start t-managed", "domstate t-managed --reason",
        "managedsave t-managed", "undefine t-managed --managed-save", "list --all --name")
    {
        Documents = new Dictionary<string, string> { ["other.xml"] = "{domain|<name>t-|<name>other-}" },
    };

    /// <summary>Core dumps.</summary>
    public static Session Dumps { get; } = new(
        "t-dump",
        "define {dir}/dom.xml", "dump t-dump {dir}/d", "start t-dump", "dump t-dump {dir}/d", "domstate t-dump --reason", "dump t-dump {dir}/d --live", "domstate t-dump --reason", "dump t-dump {dir}/d --memory-only",
        "domstate t-dump --reason", "dump t-dump {dir}/d --memory-only --format elf", "dump t-dump {dir}/d --memory-only --format kdump-zlib", "dump t-dump {dir}/d --memory-only --format kdump-lzo",
        "dump t-dump {dir}/d --memory-only --format kdump-snappy", "dump t-dump {dir}/d --memory-only --format win-dmp", "dump t-dump {dir}/d --memory-only --format bogus", "dump t-dump {dir}/d --format elf", "domstate t-dump --reason",
        "dump t-dump {dir}/d --live --crash", "dump t-dump {dir}/d --live --reset", "dump t-dump {dir}/d --crash --reset", "dump t-dump {dir}/d --memory-only --live", "domstate t-dump --reason", "dump t-dump {dir}/no/such/dir",
        "domstate t-dump --reason", "dump t-dump {dir}/d --bypass-cache", "dump t-dump {dir}/d --reset", "domstate t-dump --reason", "suspend t-dump", "dump t-dump {dir}/d", "domstate t-dump --reason", "dump t-dump {dir}/d --memory-only",
        "domstate t-dump --reason", "dump t-dump {dir}/d --crash", "domstate t-dump --reason");

    /// <summary>Screens, keys, sleep, and what follows a guest's end.</summary>
    public static Session Reach { get; } = new(
        "t-reach",
        ["define {dir}/screen.xml", .. Ask, "start t-reach", .. Ask, "dominfo t-reach", "screenshot t-reach {dir}/shot --screen 1", "suspend t-reach", .. Sleep, "destroy t-reach", "define {dir}/both.xml", "define {dir}/preserve.xml"])
    {
        Documents = new Dictionary<string, string>
        {
            ["screen.xml"] = "{domain|<serial|<graphics type='vnc'/><serial}",
            ["both.xml"] = "{domain|<on_reboot>restart|<on_poweroff>restart</on_poweroff><on_reboot>destroy}",
            ["preserve.xml"] = "{domain|<on_reboot>restart|<on_reboot>preserve}",
        },
    };

    private static IEnumerable<string> Sleep =>
    [
        "dompmsuspend t-reach mem", "dompmsuspend t-reach disk --duration 5", "dompmsuspend t-reach bogus", "dompmwakeup t-reach",
    ];

    private static IEnumerable<string> Ask =>
    [
        "screenshot t-reach {dir}/shot", "send-key t-reach KEY_LEFTSHIFT KEY_A", "send-key t-reach 1 2 3", "send-key t-reach 999", "send-key t-reach KEY_BOGUS", "send-key t-reach --codeset xt 0x1d",
        "send-key t-reach --codeset atset1 0x1d", "send-key t-reach --codeset atset2 20", "send-key t-reach --codeset atset3 17", "send-key t-reach --codeset os_x ANSI_A", "send-key t-reach --codeset xt_kbd 29",
        "send-key t-reach --codeset usb 4 5", "send-key t-reach --codeset usb 300", "send-key t-reach --codeset win32 VK_LCONTROL", "send-key t-reach --codeset win32 VK_RETURN", "send-key t-reach --codeset qnum 57", "send-key t-reach --codeset rfb 57",
        "send-key t-reach --codeset bogus 4", "send-key t-reach --holdtime 50 KEY_A", "inject-nmi t-reach", "send-process-signal t-reach 1 term", "send-process-signal t-reach 1 bogus", "send-process-signal t-reach x term", .. Sleep,
        "set-lifecycle-action t-reach poweroff restart", "set-lifecycle-action t-reach reboot destroy --live", "set-lifecycle-action t-reach reboot preserve --live", "set-lifecycle-action t-reach crash coredump-restart --config",
        "set-lifecycle-action t-reach reboot coredump-destroy --config", "set-lifecycle-action t-reach poweroff rename-restart --config", "set-lifecycle-action t-reach bogus restart", "set-lifecycle-action t-reach crash bogus",
        "set-lifecycle-action t-reach crash preserve --live --config", "set-lifecycle-action t-reach poweroff destroy", "set-lifecycle-action t-reach reboot destroy --config", "set-lifecycle-action t-reach reboot restart --live",
        "set-lifecycle-action t-reach crash destroy --current --live", "dumpxml t-reach --xpath //on_poweroff|//on_reboot|//on_crash", "dumpxml t-reach --inactive --xpath //on_poweroff|//on_reboot|//on_crash",
        "autostart t-reach", "autostart t-reach --disable", "domstate t-reach --reason",
    ];
}
