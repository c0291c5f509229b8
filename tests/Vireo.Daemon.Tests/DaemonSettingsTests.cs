namespace Vireo.Daemon.Tests;

public sealed class DaemonSettingsTests
{
    [Fact]
    public void Numbers_texts_modes_and_comments_are_read()
    {
        var settings = DaemonSettings.Parse(
            """
            # limits
            max_clients = 7
              keepalive_interval=-1
            default_uri = "test:///default"
            unix_sock_rw_perms = "0700"
            snapshot_revert_respawn = "always"
            backup_tls_x509_cert_dir = "/etc/pki/own"
            backup_tls_x509_verify = 0
            user = "+17"
            dynamic_ownership = 0
            seccomp_sandbox = 0
            namespaces = []
            cgroup_device_acl = [ "/dev/null", "/dev/kvm" ]
            """,
            "vireod.conf");
        settings.Rpc.MaxClients.ShouldBe(7);
        settings.Rpc.KeepaliveInterval.ShouldBe(TimeSpan.FromSeconds(-1));
        settings.Rpc.DefaultUri.ShouldBe("test:///default");
        settings.SocketMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        settings.Qemu.RespawnAlways.ShouldBeTrue();
        settings.Qemu.BackupTlsDirectory.ShouldBe("/etc/pki/own");
        settings.Qemu.BackupTlsVerify.ShouldBeFalse();
        (settings.Qemu.User, settings.Qemu.DynamicOwnership, settings.Qemu.RememberOwner, settings.Qemu.Sandbox, settings.Qemu.OwnDevices).ShouldBe(("+17", false, true, false, false));
        settings.Qemu.SharedDevices.ShouldBe(["/dev/null", "/dev/kvm"]);
    }

    [Theory]
    [InlineData("max_clients = 0", "vireod.conf:1: max_clients must be a number of at least 1")]
    [InlineData("\nmax_clients", "vireod.conf:2: expected name = value")]
    [InlineData("colour = 1", "vireod.conf:1: unknown setting colour")]
    [InlineData("default_uri = qemu", "vireod.conf:1: default_uri must be a text in double quotes")]
    [InlineData("unix_sock_ro_perms = \"0999\"", "vireod.conf:1: unix_sock_ro_perms must be an octal mode such as \"0770\"")]
    [InlineData("namespaces = \"mount\"", "vireod.conf:1: namespaces must be a list of texts: [ \"a\", \"b\" ]")]
    [InlineData("snapshot_revert_respawn = \"maybe\"", "vireod.conf:1: snapshot_revert_respawn must be \"flag\" or \"always\"")]
    public void A_bad_line_is_named(string text, string message) =>
        Should.Throw<DaemonException>(() => DaemonSettings.Parse(text, "vireod.conf")).Message.ShouldBe(message);
}
