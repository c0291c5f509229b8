namespace Vireo.Rpc;

/// <summary>The procedures that the session answers by itself, and the features it is asked for.</summary>
internal static class RemoteProcedure
{
    public const uint RemoteProgram = 0x20008086;
    public const uint QemuProgram = 0x20008087;
    public const uint LxcProgram = 0x00068000;
    public const uint VireoProgram = 0x20005652;
    public const uint AdminProgram = 0x06900690;
    public const uint KeepaliveProgram = 0x6b656570;

    public const int ConnectOpen = 1;
    public const int ConnectClose = 2;
    public const int SupportsFeature = 60;
    public const int AuthList = 66;
    public const int AuthSaslInit = 67;
    public const int AuthSaslStart = 68;
    public const int AuthSaslStep = 69;
    public const int AuthPolkit = 70;
    public const int DomainEventRegister = 105;
    public const int DomainEventDeregister = 106;
    public const int DomainEventRegisterAny = 167;
    public const int DomainEventDeregisterAny = 168;
    public const int NetworkEventRegisterAny = 313;
    public const int NetworkEventDeregisterAny = 314;
    public const int DomainEventCallbackRegisterAny = 316;
    public const int DomainEventCallbackDeregisterAny = 317;
    public const int RegisterCloseCallback = 360;
    public const int UnregisterCloseCallback = 361;
    public const int ConnectionClosedEvent = 362;
    public const int StoragePoolEventRegisterAny = 368;
    public const int StoragePoolEventDeregisterAny = 369;
    public const int NodeDeviceEventRegisterAny = 374;
    public const int NodeDeviceEventDeregisterAny = 375;
    public const int SecretEventRegisterAny = 380;
    public const int SecretEventDeregisterAny = 381;
    public const int SecretLifecycleEvent = 382;
    public const int SecretValueChangedEvent = 383;

    public const int QemuMonitorEventRegister = 4;
    public const int QemuMonitorEventDeregister = 5;
    public const int QemuMonitorEvent = 6;

    public const int KeepalivePing = 1;
    public const int KeepalivePong = 2;

    public const int FeatureFdPassing = 8;
    public const int FeatureTypedParamString = 9;
    public const int FeatureProgramKeepalive = 10;
    public const int FeatureRemoteEventCallback = 14;
    public const int FeatureRemoteCloseCallback = 15;
    public const int FeatureNetworkUpdateOrder = 16;

    /// <summary>Ours: the daemon knows VIR_DOMAIN_SNAPSHOT_REVERT_RESPAWN and STOPPED. A stock libvirtd says no to numbers it does not know.</summary>
    public const int FeatureRevertRespawn = 0x5649_0001;

    /// <summary>CONNECT_OPEN's flag for a read-only connection.</summary>
    public const uint OpenReadOnly = 1;
}
